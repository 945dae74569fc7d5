"""Taking off the silence around spoken pieces, so that they start at once and join naturally.

A rule file: samples in, samples out.
"""

# ruff: noqa: RUF001  (typographic signs are what these rules are about)

from __future__ import annotations

from typing import Final

import numpy as np

from app.voice.audio.frames import Samples, samples_of

AUDIBLE: Final = 10 ** (-45 / 20)
"""Amplitude from which sound counts: -45 dBFS."""
LEAD_MS: Final = 10.0
"""Kept before the first sound: consonants begin softly."""
FADE_MS: Final = 4.0
SENTENCE_PAUSE_MS: Final = 240.0
CLAUSE_PAUSE_MS: Final = 110.0
JOINT_PAUSE_MS: Final = 40.0


def pause_after(text: str) -> float:
    """Milliseconds of silence that sound natural after this piece."""
    last = text.rstrip(" \"'”’»)]*_")[-1:]
    if last in (".", "!", "?", "…", "。", "！", "？"):
        return SENTENCE_PAUSE_MS
    return CLAUSE_PAUSE_MS if last in (",", ";", ":", "—", "–", "-", "，", "、") else JOINT_PAUSE_MS


def trim(samples: Samples, rate: int, pause_ms: float) -> Samples:
    """The sound with `LEAD_MS` before it and `pause_ms` of silence after it, faded at both ends.

    What is silent altogether comes back empty. A pause that is too short is drawn out.
    """
    loud = np.flatnonzero(np.abs(samples) >= AUDIBLE)
    if loud.size == 0:
        return np.zeros(0, np.float32)
    lead, fade = samples_of(LEAD_MS, rate), samples_of(FADE_MS, rate)
    pause = samples_of(pause_ms, rate)
    start = max(0, int(loud[0]) - lead)
    end = min(samples.size, int(loud[-1]) + 1 + pause)
    kept = samples[start:end].astype(np.float32, copy=True)
    _fade(kept, fade)
    missing = int(loud[-1]) + 1 + pause - samples.size
    return np.concatenate([kept, np.zeros(missing, np.float32)]) if missing > 0 else kept


def _fade(samples: Samples, length: int) -> None:
    length = min(length, samples.size // 2)
    if length:
        ramp = np.linspace(0, 1, length, dtype=np.float32)
        samples[:length] *= ramp
        samples[-length:] *= ramp[::-1]
