"""Speaking softer for a moment.

A rule file: samples in, samples out.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from app.voice.audio.frames import Samples

LOW: Final = 10 ** (-12 / 20)
RAMP_SECONDS: Final = 0.02
"""So long from full to soft, and back: quicker would click."""


class Ducking:
    """on: be 12 dB softer from the next sample on."""

    def __init__(self) -> None:
        self.on = False
        self._gain = 1.0

    def apply(self, samples: Samples, rate: int) -> Samples:
        """The next piece on its way to the loudspeaker."""
        wanted = LOW if self.on else 1.0
        if self._gain == wanted:
            return samples if wanted == 1.0 else samples * np.float32(LOW)
        step = (1.0 - LOW) / (RAMP_SECONDS * rate)
        way = np.arange(1, len(samples) + 1) * (step if wanted > self._gain else -step)
        gains = np.clip(self._gain + way, LOW, 1.0)
        if len(gains):
            self._gain = float(gains[-1])
        return (samples * gains).astype(np.float32)
