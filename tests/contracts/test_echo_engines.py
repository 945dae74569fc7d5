"""What every echo canceller must do.

Fixtures: `engine` (loaded); the echo is made with SHAPE, which a scripted one knows.
"""

from __future__ import annotations

import numpy as np
import pytest

from app.voice.audio.echo.kalman import KalmanEcho
from app.voice.audio.echo.none import Untouched
from app.voice.audio.echo.port import EchoCanceller
from app.voice.audio.echo.scripted import ScriptedEcho
from app.voice.audio.echopath import EchoPath, EchoShape
from app.voice.audio.frames import FRAME, RATE, Samples, samples_of
from app.voice.audio.level import dbfs

SHAPE = EchoShape(delay_ms=48, gain_db=-10)


def babble(seconds: float, seed: int) -> Samples:
    """Noise that swells and fades a few times a second, as speech does; -20 dBFS."""
    chance, count = np.random.default_rng(seed), round(seconds * RATE)
    swell = np.abs(np.sin(np.arange(count) * (2 * np.pi * 1.7 / RATE) + seed)) ** 2
    coloured = np.convolve(chance.standard_normal(count), [1.0, 0.9, 0.6, 0.3], "same")
    line = coloured * swell
    return np.asarray(line * (0.1 / np.sqrt(np.mean(line**2))), np.float32)


def cleaned(engine: EchoCanceller, heard: Samples, played: Samples) -> Samples:
    steps = range(0, len(heard) - FRAME + 1, FRAME)
    return np.concatenate([engine.process(heard[at : at + FRAME], played[at : at + FRAME]) for at in steps])


class EchoContract:
    """The suite."""

    def test_it_has_a_name(self, engine: EchoCanceller) -> None:
        assert engine.name

    def test_a_frame_comes_out_as_long_as_it_went_in(self, engine: EchoCanceller) -> None:
        made = engine.process(babble(1, 1)[:FRAME], babble(1, 2)[:FRAME])
        assert made.shape == (FRAME,)
        assert made.dtype == np.float32

    def test_what_went_in_is_not_changed(self, engine: EchoCanceller) -> None:
        heard, played = babble(1, 1)[:FRAME], babble(1, 2)[:FRAME]
        before = heard.copy(), played.copy()
        engine.process(heard, played)
        assert (heard == before[0]).all()
        assert (played == before[1]).all()

    def test_while_nothing_is_played_all_comes_through(self, engine: EchoCanceller) -> None:
        heard = babble(1, 1)
        made = cleaned(engine, heard, np.zeros_like(heard))
        likeness = [
            float(made[late : late + 8000] @ heard[:8000]) / float(heard[:8000] @ heard[:8000])
            for late in range(samples_of(10) + 1)
        ]
        assert max(likeness) == pytest.approx(1, abs=0.1)

    def test_silence_stays_silence(self, engine: EchoCanceller) -> None:
        nothing = np.zeros(4 * FRAME, np.float32)
        assert not cleaned(engine, nothing, nothing).any()

    def test_after_a_reset_it_learns_anew(self, engine: EchoCanceller) -> None:
        played = babble(5, 1)
        echo = EchoPath(SHAPE).process(played)
        first = cleaned(engine, echo, played)
        engine.reset()
        assert np.allclose(cleaned(engine, echo, played), first, atol=1e-4)

    def test_closing_twice_is_closing(self, engine: EchoCanceller) -> None:
        engine.close()
        engine.close()


class CancellerContract(EchoContract):
    """Of those that do cancel, which `tail` says."""

    def test_it_says_so(self, engine: EchoCanceller) -> None:
        assert engine.tail > 0

    def test_echo_goes_and_the_person_stays(self, engine: EchoCanceller) -> None:
        played, person = babble(8, 1), babble(8, 5) * np.float32(10 ** (-20 / 20))
        person[: 5 * RATE] = 0
        echo = EchoPath(SHAPE).process(played)
        made = cleaned(engine, np.add(echo, person, dtype=np.float32), played)
        alone, over = slice(3 * RATE, 5 * RATE), slice(5 * RATE, 7 * RATE)
        assert dbfs(echo[alone]) - dbfs(made[alone]) > 15
        share = float(made[over] @ person[over]) / float(person[over] @ person[over])
        assert share == pytest.approx(1, abs=0.3)

    def test_it_goes_on_when_the_reference_is_moved(self, engine: EchoCanceller) -> None:
        played = babble(8, 1)
        echo, half = EchoPath(SHAPE).process(played), 4 * RATE // FRAME * FRAME
        cleaned(engine, echo[:half], played[:half])
        engine.moved(FRAME)
        made = cleaned(engine, echo[half:], played[half - FRAME : -FRAME])
        rest = slice(FRAME, 2 * RATE)
        assert dbfs(echo[half:][rest]) - dbfs(made[rest]) > 12


class TestKalmanEcho(CancellerContract):
    @pytest.fixture
    def engine(self) -> EchoCanceller:
        return KalmanEcho()


class TestScriptedEcho(CancellerContract):
    @pytest.fixture
    def engine(self) -> EchoCanceller:
        return ScriptedEcho(SHAPE)


class TestUntouched(EchoContract):
    @pytest.fixture
    def engine(self) -> EchoCanceller:
        return Untouched()

    def test_it_says_that_it_cancels_nothing(self, engine: EchoCanceller) -> None:
        assert engine.tail == 0
