"""WAV files as what is heard: mono, at 16 kHz."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np

from app.media.wav import WavReader
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.resample import Resampler

LONGEST_SECONDS = 3600.0
"""More than this is not read into memory at once."""


def read_wav(
    source: Path | BinaryIO, *, name: str = "", rate: int = RATE, longest: float = LONGEST_SECONDS
) -> Samples:
    """All of it, mono at `rate`. Raises as WavReader does, and TooLarge beyond `longest` seconds."""
    with WavReader(source, name=name) as reader:
        reader.require(longest)
        converter = Resampler(reader.format.rate, rate)
        parts = [converter.process(block) for block in reader.blocks()]
        parts.append(converter.process(np.zeros(0, np.float32), last=True))
    return np.concatenate(parts)
