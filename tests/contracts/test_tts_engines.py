"""What every voice must do; tests/real runs it again on the real ones.

A fixture `tts` gives a loaded engine.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.config.voice import TtsSettings
from app.voice.audio.frames import Samples
from app.voice.tts.engines import ENGINES, build
from app.voice.tts.port import TextToSpeech, joined
from app.voice.tts.scripted import ScriptedTts


def say(tts: TextToSpeech, text: str, speed: float = 1.0) -> Samples:
    return joined(tts.synthesize(text, speed))


class TtsContract:
    """The suite."""

    def test_its_name_is_the_one_in_the_table(self, tts: TextToSpeech) -> None:
        assert tts.name in ENGINES

    def test_it_says_at_what_rate_and_in_which_language_it_speaks(self, tts: TextToSpeech) -> None:
        assert 8000 <= tts.capabilities.rate <= 48_000
        assert tts.capabilities.language == "en"

    def test_a_sentence_is_sound_of_a_sensible_length(self, tts: TextToSpeech) -> None:
        audio = say(tts, "The quick brown fox jumps.")
        assert audio.dtype == np.float32
        assert audio.ndim == 1
        assert 0.7 < audio.size / tts.capabilities.rate < 5
        assert 0.05 < float(np.max(np.abs(audio))) <= 1.0

    def test_more_words_take_longer(self, tts: TextToSpeech) -> None:
        assert say(tts, "One two three four five six seven.").size > 1.5 * say(tts, "One two.").size

    def test_twice_the_speed_takes_about_half_as_long(self, tts: TextToSpeech) -> None:
        text = "The quick brown fox jumps over the lazy dog."
        assert 0.35 < say(tts, text, 2.0).size / say(tts, text, 1.0).size < 0.7

    @pytest.mark.parametrize("text", ["", " ", "...", "\n"])
    def test_without_words_there_is_nothing_to_hear(self, tts: TextToSpeech, text: str) -> None:
        audio = say(tts, text)
        assert audio.size < tts.capabilities.rate

    @pytest.mark.parametrize("text", ["café naïve", "今日は", "Привет", "3.5 + 10,000", "a" * 300, "[[ hi"])
    def test_no_text_breaks_it(self, tts: TextToSpeech, text: str) -> None:
        assert np.isfinite(say(tts, text)).all()

    def test_one_may_stop_listening_in_the_middle(self, tts: TextToSpeech) -> None:
        pieces = tts.synthesize("One. Two. Three.", 1.0)
        next(pieces)
        del pieces
        assert say(tts, "Hello.").size

    def test_it_says_beforehand_how_long_a_sentence_will_be_and_when_it_ends(self, tts: TextToSpeech) -> None:
        sounds = list(tts.synthesize("The quick brown fox jumps over the lazy dog.", 1.0))
        assert {sound.whole for sound in sounds} == {sum(sound.samples.size for sound in sounds)}
        assert [sound.last for sound in sounds] == [False] * (len(sounds) - 1) + [True]

    def test_closing_twice_does_no_harm(self, tts: TextToSpeech) -> None:
        tts.close()
        tts.close()
        tts.load()


class TestScriptedTts(TtsContract):
    @pytest.fixture
    def tts(self) -> Iterator[TextToSpeech]:
        engine = ScriptedTts()
        engine.load()
        yield engine
        engine.close()

    def test_it_always_says_the_same_thing_the_same_way(self, tts: TextToSpeech) -> None:
        assert np.array_equal(say(tts, "Hello there."), say(tts, "Hello there."))
        assert not np.array_equal(say(tts, "Hello there."), say(tts, "Hullo there."))


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_every_engine_can_be_made_without_loading_anything(name: str, tmp_path: Path) -> None:
    engine = build(TtsSettings(engine=name), tmp_path)
    assert engine.name == name
    engine.close()
