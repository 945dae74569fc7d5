"""The small sounds that Solo makes besides speaking, generated: two soft notes each.

A rule file: a kind of chime in, samples out.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np

from app.voice.audio.frames import Samples

RATE: Final = 48_000
NOTE_MS: Final = 90
"""Length of a note; the next one begins when half of it has passed."""
ATTACK_MS: Final = 8


class Chime(StrEnum):
    """What a chime means."""

    WAKE = "wake"
    """I have heard you call."""
    LISTENING = "listening"
    """I go on listening, you need not call me."""
    CLOSED = "closed"
    """I do so no longer."""
    THINKING = "thinking"
    """It takes a little longer."""
    ERROR = "error"
    """I did not understand that."""


NOTES: Final = {
    Chime.WAKE: (587.3, 880.0),
    Chime.LISTENING: (880.0,),
    Chime.CLOSED: (659.3,),
    Chime.THINKING: (440.0,),
    Chime.ERROR: (587.3, 392.0),
}
"""Hertz: rising for yes, falling for no."""


def tone(chime: Chime, dbfs: float) -> Samples:
    """Its samples at `RATE`; the loudest is at `dbfs`."""
    length, step = RATE * NOTE_MS // 1000, RATE * NOTE_MS // 2000
    notes = NOTES[chime]
    whole = np.zeros(length + step * (len(notes) - 1), np.float64)
    for number, hertz in enumerate(notes):
        whole[number * step : number * step + length] += _note(hertz, length)
    return (whole * (10 ** (dbfs / 20) / np.abs(whole).max())).astype(np.float32)


def _note(hertz: float, length: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    time = np.arange(length) / RATE
    attack = np.minimum(1.0, time * 1000 / ATTACK_MS)
    release = np.cos(np.pi / 2 * np.arange(length) / length) ** 2
    return np.sin(2 * np.pi * hertz * time) * attack * release
