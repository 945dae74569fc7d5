"""What the loudspeaker played, and where in it there was sound.

A rule file; positions are samples at 16 kHz on the microphone's time base.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.voice.audio.frames import FRAME, RATE, Samples

AUDIBLE = 10 ** (-45 / 20)
"""Amplitude from which a sample counts as audible: -45 dBFS."""
QUIET = RATE * 3 // 10
"""Silence of this length is the end of a stretch of sound; words have shorter ones between them."""
LOOK_BACK = 4 * FRAME
"""The first sound of an answer is announced at most so long after it."""


def first_sound(spoken: Sequence[Samples], announced: int) -> int:
    """Where the answer began that was announced there."""
    begin = max(0, announced - LOOK_BACK)
    loud = np.flatnonzero(np.abs(_cut(spoken, begin, announced)) > AUDIBLE)
    return begin + int(loud[0]) if len(loud) else announced


def last_sound(spoken: Sequence[Samples], announced: int) -> int:
    """Where the answer ended whose end was announced there."""
    begin = max(0, announced - LOOK_BACK)
    loud = np.flatnonzero(np.abs(_cut(spoken, begin, announced)) > AUDIBLE)
    return begin + int(loud[-1]) + 1 if len(loud) else announced


def sounds(spoken: Sequence[Samples], begin: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Stretches of sound between two positions, as (first sample, behind the last)."""
    piece = _cut(spoken, begin, end)
    loud = np.flatnonzero(np.abs(piece) > AUDIBLE)
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) > QUIET)
    begins = loud[np.concatenate(([0], breaks + 1))]
    ends = loud[np.concatenate((breaks, [len(loud) - 1]))] + 1
    return [(begin + int(b), begin + int(e)) for b, e in zip(begins, ends, strict=True)]


def silent_from(spoken: Sequence[Samples], at: int) -> int:
    """From where on, after `at`, there is silence for a while: `at` itself when nothing is playing."""
    piece = _cut(spoken, at, None)
    loud = np.flatnonzero(np.abs(piece) > AUDIBLE)
    if not len(loud) or loud[0] > QUIET:
        return at
    breaks = np.flatnonzero(np.diff(loud) > QUIET)
    last = loud[breaks[0]] if len(breaks) else loud[-1]
    return at + int(last) + 1


def _cut(spoken: Sequence[Samples], begin: int, end: int | None) -> Samples:
    """The samples between two positions; only the parts that matter are looked at."""
    parts: list[Samples] = []
    at = sum(len(part) for part in spoken)
    stop = at if end is None else min(at, end)
    for part in reversed(spoken):
        at -= len(part)
        if at < stop:
            parts.append(part[max(0, begin - at) : stop - at])
        if at <= begin:
            break
    return np.concatenate(parts[::-1]) if parts else np.zeros(0, np.float32)
