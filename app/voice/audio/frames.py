"""Frames: what travels on the road from the microphone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE: Final = 16_000
"""Samples per second of everything heard."""
FRAME: Final = 512
"""Samples per frame: 32 ms, the step of Silero VAD."""

Samples: TypeAlias = NDArray[np.float32]
"""Mono, -1 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """32 ms of sound. index: of its first sample since the microphone opened, at 16 kHz;
    speech: probability (0 to 1) that someone speaks in it; dbfs: its loudness; echo: how loud what is
    left of Solo's own voice in it may be, dBFS, -120 where nothing was taken out."""

    index: int
    samples: Samples
    speech: float = 0.0
    dbfs: float = -120.0
    echo: float = -120.0


def milliseconds(samples: int, rate: int = RATE) -> float:
    """Length of that many samples."""
    return samples * 1000 / rate


def samples_of(ms: float, rate: int = RATE) -> int:
    """Samples in that many milliseconds."""
    return round(ms * rate / 1000)
