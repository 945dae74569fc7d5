"""An uploaded recording as what the ear hears: mono, 16 kHz."""

from __future__ import annotations

import numpy as np
import soxr

from app.events.voice import HEARING_RATE
from app.media.packed import looks_like, unpack
from app.media.wav import Samples, parse_wav

BLOCK = HEARING_RATE // 2
"""Samples that are handed on at a time."""


def hear(data: bytes, longest: float) -> list[Samples]:
    """Blocks of float32 at 16 kHz. Blocking. Raises BadInput, TooLarge (beyond `longest` seconds)."""
    wav = parse_wav(data, longest=longest)
    samples = wav.samples
    if wav.rate != HEARING_RATE:
        samples = np.asarray(soxr.resample(samples, wav.rate, HEARING_RATE), np.float32)
    return [samples[start : start + BLOCK] for start in range(0, len(samples), BLOCK)]


def hear_any(data: bytes, longest: float) -> list[Samples]:
    """The same of MP3, FLAC, Ogg, WebM and MP4, too."""
    return hear(data, longest) if looks_like(data) is None else unpack(data, HEARING_RATE, longest)
