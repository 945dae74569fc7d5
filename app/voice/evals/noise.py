"""Noise, made: the same numbers make the same noise.

A rule file. What is made repeats without a seam, so a few seconds serve for any length.
"""

from __future__ import annotations

import numpy as np

from app.voice.audio.frames import RATE, Samples
from app.voice.evals.schema import Noise

ROUND_SECONDS = 16
"""A made noise repeats after that."""
HUM_HZ = 50
HUM_OVERTONES = (1.0, 0.6, 0.45, 0.2, 0.15, 0.1)


def make_noise(kind: Noise, seed: int) -> Samples:
    """16 s of it at 16 kHz, loudness (root mean square) 1.

    white: all frequencies alike; pink: 3 dB less per octave, like rooms and rain; hum: mains and its
    overtones.
    """
    length = ROUND_SECONDS * RATE
    if kind == "hum":
        time = np.arange(length) / RATE
        made = sum(
            size * np.sin(2 * np.pi * HUM_HZ * (number + 1) * time + number * seed)
            for number, size in enumerate(HUM_OVERTONES)
        )
    else:
        made = np.random.default_rng(seed).standard_normal(length)
        if kind == "pink":
            spectrum = np.fft.rfft(made)
            spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 20 * ROUND_SECONDS))
            made = np.fft.irfft(spectrum, length)
    return at_loudness(np.asarray(made, np.float32), 0.0)


def loudness(samples: Samples) -> float:
    """Root mean square in dBFS; -120 for silence."""
    power = float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0
    return 10 * np.log10(power) if power > 1e-12 else -120.0


def at_loudness(samples: Samples, dbfs: float) -> Samples:
    """The same sound, as loud as that; silence stays silence."""
    now = loudness(samples)
    return samples if now <= -120 else louder(samples, dbfs - now)


def louder(samples: Samples, decibels: float) -> Samples:
    """By so many decibels."""
    return (samples * np.float32(10 ** (decibels / 20))).astype(np.float32)


def lasting(samples: Samples, seconds: float) -> Samples:
    """Repeated or cut to that length."""
    return np.resize(samples, round(seconds * RATE))
