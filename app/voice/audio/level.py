"""How loud a stretch of sound is."""

from __future__ import annotations

import math

import numpy as np

from app.voice.audio.frames import Samples

SILENCE_DBFS = -120.0
QUIET_DBFS = -35.0
LIFT = 3.0


def dbfs(samples: Samples) -> float:
    """Root mean square against full scale, in decibels; -120 for nothing."""
    if not len(samples):
        return SILENCE_DBFS
    power = float(np.dot(samples, samples)) / len(samples)
    return max(SILENCE_DBFS, 10 * math.log10(power + 1e-12))


def audible(samples: Samples, loudness: float) -> Samples:
    """The same 10 dB louder if it is quiet. Silero misses quiet speech: of a sentence at -48 dBFS it
    found 45 frames of 61 that it found 10 dB louder, and at -52 dBFS 38."""
    return samples * np.float32(LIFT) if loudness < QUIET_DBFS else samples
