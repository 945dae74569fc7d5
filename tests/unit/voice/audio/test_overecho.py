import numpy as np
import pytest

from app.voice.audio.frames import FRAME, Samples
from app.voice.audio.level import dbfs
from app.voice.audio.overecho import FRESH, LIFT_DB, LOUDEST_DBFS, OverEcho

LEFT = -60.0


class Heard:
    """A detector that keeps what it was given."""

    def __init__(self) -> None:
        self.frames = list[Samples]()
        self.resets = 0

    def load(self) -> None: ...

    def score(self, samples: Samples) -> float:
        self.frames.append(samples)
        return 0.5

    def reset(self) -> None:
        self.resets += 1


def sound(loud: float, seed: int = 1) -> Samples:
    noise = np.random.default_rng(seed).standard_normal(FRAME)
    return (noise * 10 ** (loud / 20) / np.sqrt(np.mean(noise**2))).astype(np.float32)


def test_while_nothing_is_taken_out_a_frame_is_scored_as_it_is() -> None:
    vad, frame = Heard(), sound(-50)
    assert OverEcho(vad).score(frame, -50.0, -120.0) == 0.5
    assert vad.frames[0] is frame
    assert vad.resets == 0


def test_over_an_echo_quiet_frames_are_lifted_by_the_same_amount() -> None:
    vad = Heard()
    over = OverEcho(vad)
    for loud in (-60.0, -45.0, -52.0):
        over.score(sound(loud), loud, LEFT)
        assert dbfs(vad.frames[-1]) == pytest.approx(loud + LIFT_DB, abs=0.1)


def test_a_loud_voice_is_not_lifted_to_where_it_would_break() -> None:
    vad = Heard()
    over = OverEcho(vad)
    over.score(sound(-25), -25.0, LEFT)
    assert dbfs(vad.frames[-1]) == pytest.approx(LOUDEST_DBFS, abs=0.1)
    over.score(sound(-50), -50.0, LEFT)  # nor does the lift jump in the midst of a word
    assert dbfs(vad.frames[-1]) == pytest.approx(-45, abs=0.2)


def test_the_detector_is_fresh_when_solo_begins_and_after_every_second_of_nothing() -> None:
    vad = Heard()
    over = OverEcho(vad)
    for _ in range(2 * FRESH + 1):
        over.score(sound(-62), -62.0, LEFT)
    assert vad.resets == 3


def test_nobody_is_forgotten_while_they_speak() -> None:
    vad = Heard()
    over = OverEcho(vad)
    for _ in range(5 * FRESH):
        over.score(sound(-45), -45.0, LEFT)
    assert vad.resets == 0
