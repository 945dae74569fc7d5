"""What every wake word engine must do; tests/real runs it on the real ones.

Fixtures: `engine` (loaded, listening for its first word), `spoken` (that word, with a second of quiet
before and behind), `other` (other speech of the same kind).
"""

from collections.abc import Iterator

import numpy as np
import pytest

from app.config.voice import WakeSettings
from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.wake.engines import ENGINES
from app.voice.wake.port import Detection, WakeEngine
from app.voice.wake.scripted import TONE_HZ, ScriptedWake


def hear(engine: WakeEngine, sound: Samples) -> list[Detection]:
    frames = (sound[at : at + FRAME] for at in range(0, len(sound) - FRAME + 1, FRAME))
    return [found for frame in frames if (found := engine.process(frame)) is not None]


class WakeContract:
    """The suite."""

    def test_its_name_is_the_one_in_the_table(self, engine: WakeEngine) -> None:
        assert engine.name in ENGINES

    def test_it_says_what_it_listens_for_as_a_person_would(self, engine: WakeEngine) -> None:
        assert engine.words
        assert all(word and "_" not in word for word in engine.words)

    def test_it_hears_its_word(self, engine: WakeEngine, spoken: Samples) -> None:
        found = hear(engine, spoken)
        assert {one.word.replace("_", " ") for one in found} == {engine.words[0]}
        assert all(0 <= one.score <= 1 for one in found)

    def test_silence_and_other_words_leave_it_alone(self, engine: WakeEngine, other: Samples) -> None:
        assert hear(engine, np.zeros(2 * RATE, np.float32)) == []
        assert hear(engine, other) == []

    def test_after_a_reset_half_a_word_is_forgotten(self, engine: WakeEngine, spoken: Samples) -> None:
        hear(engine, spoken[: len(spoken) // 2])
        engine.reset()
        assert hear(engine, np.zeros(2 * RATE, np.float32)) == []

    def test_it_still_hears_after_a_reset(self, engine: WakeEngine, spoken: Samples) -> None:
        engine.reset()
        assert hear(engine, spoken)

    def test_its_second_ear_agrees_or_is_not_there(
        self, engine: WakeEngine, spoken: Samples, other: Samples
    ) -> None:
        word = engine.words[0].replace(" ", "_")
        assert engine.again(word, spoken) in (True, None)
        assert engine.again(word, other) in (False, None)

    def test_closing_twice_is_allowed(self, engine: WakeEngine) -> None:
        engine.close()
        engine.close()


def around(sound: Samples) -> Samples:
    quiet = np.zeros(RATE, np.float32)
    return np.concatenate((quiet, sound, quiet))


class TestScriptedWake(WakeContract):
    @pytest.fixture
    def engine(self) -> Iterator[WakeEngine]:
        engine = ScriptedWake(WakeSettings(words=("hey jarvis",)))
        engine.load()
        yield engine
        engine.close()

    @pytest.fixture
    def spoken(self) -> Samples:
        return around((0.3 * np.sin(np.arange(RATE) * (2 * np.pi * TONE_HZ / RATE))).astype(np.float32))

    @pytest.fixture
    def other(self) -> Samples:
        return (0.2 * np.random.default_rng(0).standard_normal(RATE)).astype(np.float32)

    def test_a_plan_is_followed(self) -> None:
        engine = ScriptedWake(plan={600: "hey_jarvis"})
        silence = np.zeros(FRAME, np.float32)
        found = [engine.process(silence) for _ in range(3)]
        assert found == [None, Detection("hey_jarvis", 1.0), None]
