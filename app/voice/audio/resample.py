"""Changing the rate of sound as it flows."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import soxr

from app.voice.audio.frames import Samples


class Resampler:
    """A stream of mono float32 from one rate to another; the same rate passes through."""

    def __init__(self, source: int, target: int) -> None:
        self.source = source
        self.target = target
        self._stream: Any = None
        if source != target:
            self._stream = soxr.ResampleStream(source, target, 1, dtype="float32", quality="HQ")

    def process(self, samples: Samples, *, last: bool = False) -> Samples:
        """Convert; with `last` everything the filter holds back comes out, and it is used up."""
        if self._stream is None:
            return samples
        return cast(Samples, self._stream.resample_chunk(np.ascontiguousarray(samples), last=last))


def resample(samples: Samples, source: int, target: int) -> Samples:
    """All at once."""
    return Resampler(source, target).process(samples, last=True)


def to_mono(block: Samples) -> Samples:
    """Mean of the channels of (samples, channels); mono stays as it is."""
    if block.ndim == 1:
        return block
    return block[:, 0] if block.shape[1] == 1 else block.mean(axis=1, dtype=np.float32)
