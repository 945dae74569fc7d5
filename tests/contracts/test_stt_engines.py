"""What every speech recognizer must do; tests/real runs it again on the real ones.

A fixture `stt` gives a loaded engine; `speech` something that it understands as words.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.config.voice import SttSettings
from app.voice.audio.frames import RATE, Samples
from app.voice.stt.engines import ENGINES, build
from app.voice.stt.port import SpeechToText
from app.voice.stt.scripted import ScriptedStt


class SttContract:
    """The suite."""

    def test_its_name_is_the_one_in_the_table(self, stt: SpeechToText) -> None:
        assert stt.name in ENGINES

    def test_speech_becomes_words_in_a_named_language(self, stt: SpeechToText, speech: Samples) -> None:
        heard = stt.transcribe(speech, "en", ())
        assert any(character.isalpha() for character in heard.text)
        assert heard.text == heard.text.strip()
        assert heard.language == "en"

    def test_its_doubts_are_probabilities(self, stt: SpeechToText, speech: Samples) -> None:
        heard = stt.transcribe(speech, "en", ())
        assert 0 <= heard.no_speech <= 1
        assert heard.log_probability <= 0

    def test_speech_is_doubted_less_than_silence(self, stt: SpeechToText, speech: Samples) -> None:
        silence = stt.transcribe(np.zeros(RATE, np.float32), "en", ())
        assert stt.transcribe(speech, "en", ()).no_speech < silence.no_speech

    def test_no_sound_at_all_is_no_words(self, stt: SpeechToText) -> None:
        assert stt.transcribe(np.zeros(0, np.float32), "en", ()).text == ""

    @pytest.mark.parametrize("samples", [1, 100, 1600])
    def test_a_click_does_no_harm(self, stt: SpeechToText, samples: int) -> None:
        stt.transcribe(np.full(samples, 0.5, np.float32), "en", ())

    def test_without_a_language_it_finds_one(self, stt: SpeechToText, speech: Samples) -> None:
        assert stt.transcribe(speech, None, ()).language == "en"

    def test_hints_are_heeded_or_ignored_but_never_fail(self, stt: SpeechToText, speech: Samples) -> None:
        hints = ("Solo", "Ada Lovelace", *(f"Name{n}" for n in range(300)))
        assert stt.transcribe(speech, "en", hints).text

    def test_words_have_times_where_they_are_wanted_and_the_engine_can_tell(
        self, stt: SpeechToText, speech: Samples
    ) -> None:
        heard = stt.transcribe(speech, "en", (), words=True)
        assert bool(heard.words) == stt.capabilities.words
        times = [time for word in heard.words for time in (word.start, word.end)]
        assert times == sorted(times)
        assert not times or (times[0] >= 0 and times[-1] <= speech.size / RATE)
        if heard.words:
            assert " ".join(word.text for word in heard.words) == heard.text
        assert stt.transcribe(speech, "en", ()).words == ()

    def test_the_sound_is_not_changed(self, stt: SpeechToText, speech: Samples) -> None:
        before = speech.copy()
        stt.transcribe(speech, "en", ())
        assert np.array_equal(before, speech)

    def test_what_nobody_wants_any_more_does_no_harm(self, stt: SpeechToText, speech: Samples) -> None:
        stt.transcribe(speech, "en", (), lambda: True)
        assert stt.transcribe(speech, "en", ()).text

    def test_closing_twice_does_no_harm(self, stt: SpeechToText) -> None:
        stt.close()
        stt.close()
        stt.load()


class TestScriptedStt(SttContract):
    @pytest.fixture
    def stt(self) -> Iterator[SpeechToText]:
        engine = ScriptedStt(lines=["Hello Solo."])
        engine.load()
        yield engine
        engine.close()

    @pytest.fixture
    def speech(self) -> Samples:
        return (0.3 * np.sin(np.arange(RATE) * 0.1)).astype(np.float32)


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_every_engine_can_be_made_without_loading_anything(name: str, tmp_path: Path) -> None:
    engine = build(SttSettings(engine=name), tmp_path)
    assert engine.name == name
    engine.close()
