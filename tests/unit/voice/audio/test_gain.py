"""A quiet microphone is lifted, a room is not, and nothing clips or jumps."""

from __future__ import annotations

import numpy as np

from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.audio.gain import Gain
from app.voice.audio.level import dbfs

FRAMES_A_SECOND = RATE // FRAME


def noise(seconds: float, level: float, seed: int = 1) -> Samples:
    chance = np.random.default_rng(seed)
    count = int(seconds * FRAMES_A_SECOND) * FRAME
    return (chance.standard_normal(count) * 10 ** (level / 20)).astype(np.float32)


def spoken(seconds: float, level: float, room: float) -> Samples:
    """Syllables over a room: half of each second somebody speaks."""
    line = noise(seconds, room)
    voice = noise(seconds, level, seed=2)
    time = np.arange(len(line)) / RATE
    return np.where(np.sin(2 * np.pi * 2 * time) > 0, voice, line).astype(np.float32)


def through(gain: Gain, sound: Samples, *, learn: bool = True) -> Samples:
    frames = sound.reshape(-1, FRAME)
    return np.concatenate([gain.process(frame, learn=learn)[0] for frame in frames])


def test_speech_that_is_far_too_quiet_comes_to_the_wanted_loudness() -> None:
    gain = Gain(30.0)
    through(gain, spoken(10, -50, -85))
    assert 20 <= gain.db <= 26


def test_it_lifts_no_further_than_it_may() -> None:
    gain = Gain(12.0)
    through(gain, spoken(10, -60, -95))
    assert gain.db == 12.0


def test_a_room_without_people_is_never_lifted() -> None:
    for level in (-90.0, -60.0, -40.0):
        gain = Gain(30.0)
        sound = noise(20, level)
        assert np.array_equal(through(gain, sound), sound)


def test_a_loud_room_behind_quiet_people_stays_quiet() -> None:
    gain = Gain(30.0)
    out = through(gain, spoken(20, -42, -62))
    quiet = sorted(dbfs(frame) for frame in out.reshape(-1, FRAME))[len(out) // FRAME // 10]
    assert quiet < -45


def test_who_is_loud_enough_passes_untouched() -> None:
    gain = Gain(30.0)
    sound = spoken(10, -22, -70)
    assert np.array_equal(through(gain, sound), sound)


def test_no_sample_is_lifted_out_of_range_when_somebody_shouts() -> None:
    gain = Gain(30.0)
    through(gain, spoken(10, -50, -85))
    assert np.abs(through(gain, np.clip(noise(1, -12), -1, 1))).max() <= 1.0


def test_the_factor_moves_without_steps() -> None:
    gain = Gain(30.0)
    tone = np.full(FRAME, 0.001, np.float32)
    through(gain, spoken(1, -50, -85))
    before = gain.process(tone)[0]
    after = gain.process(tone)[0]
    assert abs(float(after[0]) - float(before[-1])) < 1e-4


def test_what_is_not_to_be_learnt_from_changes_nothing() -> None:
    gain = Gain(30.0)
    through(gain, spoken(10, -30, -80), learn=False)
    assert gain.db == 0.0


def test_zeros_of_a_device_that_starts_are_no_room() -> None:
    gain = Gain(30.0)
    through(gain, np.zeros(FRAME * 60, np.float32))
    sound = noise(20, -50)
    assert np.array_equal(through(gain, sound), sound)
