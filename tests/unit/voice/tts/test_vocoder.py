from typing import Any

import numpy as np
import pytest

from app.voice.tts.halves import Halves, halves
from app.voice.tts.port import Sound, joined
from app.voice.tts.vocoder import AROUND, BEFORE, BEND, FIRST, LONGEST, Vocoder, bent, stretches

HOP = 8
PARTS = Halves(b"", b"", "frames", (), timed=True)


class Front:
    """Frames that are numbered from one."""

    def __init__(self, length: int, silent: int = 0) -> None:
        self._length = length
        self._silent = silent

    def run(self, _: None, inputs: dict[str, Any]) -> list[Any]:
        assert inputs == {"input": 1}
        numbers = np.arange(1.0, self._length + 1, dtype=np.float32)
        return [np.tile(numbers / 1e4, (1, 3, 1)), np.array([[[self._silent, 1, 9, 9]]])]


class Back:
    """Every sample is the mean of the frames around its own."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def run(self, _: None, inputs: dict[str, Any]) -> list[Any]:
        frames = inputs["frames"][0, 0]
        self.lengths.append(frames.size)
        around = np.convolve(frames, np.ones(21) / 21, "same")
        return [np.repeat(around, HOP)[None, None, None]]


def speech(length: int) -> list[Sound]:
    return list(Vocoder(Front(length), Back(), PARTS).speak({"input": 1}))


@pytest.mark.parametrize("length", [1, FIRST, FIRST + 1, 3 * FIRST, 500, 2000])
def test_in_stretches_the_sound_is_what_it_is_in_one_go(length: int) -> None:
    whole = Back().run(None, {"frames": Front(length).run(None, {"input": 1})[0]})[0]
    assert np.allclose(joined(speech(length)), np.ravel(whole), atol=1e-7)


def test_the_first_sound_waits_for_a_third_of_a_second_of_frames_only() -> None:
    back = Back()
    next(Vocoder(Front(1000), back, PARTS).speak({"input": 1}))
    assert back.lengths == [FIRST + AROUND]


def test_the_silence_before_the_first_sound_is_not_made() -> None:
    whole = joined(speech(300))
    late = list(Vocoder(Front(300, silent=40), Back(), PARTS).speak({"input": 1}))
    assert np.allclose(joined(late), whole[(41 - BEFORE) * HOP :], atol=1e-7)
    assert {sound.whole for sound in late} == {joined(late).size}


@pytest.mark.parametrize("length", [1, 31, 32, 63, 64, 95, 96, 97, 400, 5000])
def test_stretches_grow_leave_nothing_out_and_none_is_shorter_than_the_first(length: int) -> None:
    found = stretches(0, length)
    sizes = [end - begin for begin, end in found]
    assert [begin for begin, _ in found] == [0, *(end for _, end in found[:-1])]
    assert sum(sizes) == length
    assert all(min(FIRST, length) <= size < LONGEST + FIRST for size in sizes)
    assert sizes[:-1] == sorted(sizes[:-1])


def test_every_stretch_says_how_long_the_sentence_is_and_the_last_one_that_it_ends() -> None:
    sounds = speech(300)
    assert {sound.whole for sound in sounds} == {300 * HOP}
    assert [sound.last for sound in sounds] == [False] * (len(sounds) - 1) + [True]


def test_a_voice_that_cannot_be_cut_speaks_in_one_go() -> None:
    class Whole:
        def run(self, _: None, __: dict[str, Any]) -> list[Any]:
            return [np.full((1, 1, 1, 50), 0.1, np.float32)]

    sounds = list(Vocoder(Whole(), None, None).speak({}))
    assert [(sound.samples.size, sound.last, sound.whole) for sound in sounds] == [(50, True, 50)]


def test_loud_peaks_are_bent_and_never_cut_off() -> None:
    wave = np.linspace(-3, 3, 1001).astype(np.float32)
    soft = bent(wave)
    assert np.max(np.abs(soft)) <= 1.0
    assert np.all(np.diff(soft) >= 0)
    quiet = np.abs(wave) < BEND
    assert np.array_equal(soft[quiet], wave[quiet])


@pytest.mark.parametrize("file", [b"", b"not a model", b"\x3a\x7f" * 40, bytes(1000)])
def test_what_is_no_voice_is_not_cut(file: bytes) -> None:
    assert halves(file) is None
