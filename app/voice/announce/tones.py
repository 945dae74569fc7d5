"""The sounds before an announcement, generated: struck bars of a few notes, quiet and unlike speech.

A rule file.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from app.voice.audio.frames import Samples

RATE: Final = 24_000
LOUDNESS: Final = 0.25
"""Amplitude of a single note, of 1."""
_FADE_SECONDS: Final = 0.004

NOTES: Final[dict[str, tuple[tuple[float, float], ...]]] = {
    "timer": ((0.0, 880.0), (0.16, 1108.7), (0.32, 1318.5)),
    "alarm": ((0.0, 784.0), (0.18, 1046.5), (0.36, 784.0), (0.54, 1046.5), (0.72, 1318.5)),
    "reminder": ((0.0, 659.3), (0.2, 987.8)),
    "missed": ((0.0, 987.8), (0.2, 659.3)),
}
"""Kind → (second at which it is struck, frequency in hertz) of each note."""
_RINGS_SECONDS: Final = 0.45


@cache
def tone(kind: str) -> Samples:
    """Mono float32 at RATE, with a little silence behind it."""
    notes = NOTES[kind]
    length = round((notes[-1][0] + _RINGS_SECONDS + 0.1) * RATE)
    sound = np.zeros(length, np.float32)
    for at, frequency in notes:
        note = _note(frequency)
        start = round(at * RATE)
        sound[start : start + len(note)] += note[: length - start]
    peak = float(np.max(np.abs(sound)))
    made: Samples = (sound * np.float32(LOUDNESS / peak)).astype(np.float32)
    made.flags.writeable = False
    return made


def _note(frequency: float) -> Samples:
    time = np.arange(round(_RINGS_SECONDS * RATE)) / RATE
    strike = np.minimum(1.0, time / _FADE_SECONDS) * np.exp(-time * 9.0)
    release = np.minimum(1.0, (_RINGS_SECONDS - time) / 0.03)
    wave = np.sin(2 * np.pi * frequency * time) + 0.25 * np.sin(2 * np.pi * 2.76 * frequency * time)
    return (wave * strike * release).astype(np.float32)
