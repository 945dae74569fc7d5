"""How loud a stretch of sound is."""

from __future__ import annotations

import math

import numpy as np

from app.voice.audio.frames import Samples

SILENCE_DBFS = -120.0


def dbfs(samples: Samples) -> float:
    """Root mean square against full scale, in decibels; -120 for nothing."""
    if not len(samples):
        return SILENCE_DBFS
    power = float(np.dot(samples, samples)) / len(samples)
    return max(SILENCE_DBFS, 10 * math.log10(power + 1e-12))
