"""How late the loudspeaker comes back at the microphone.

A rule file: fed with what was heard and what was played meanwhile, it compares a second at a time
(cross-correlation, every frequency counting alike, summed over the seconds) and speaks up when one
delay stands out and the next second says the same.

C. Knapp, G. Carter: The generalized correlation method for estimation of time delay, IEEE
Transactions on Acoustics, Speech, and Signal Processing 24 (1976).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.voice.audio.frames import FRAME, Samples, samples_of

SPAN: Final = 32 * FRAME
"""Samples compared at once: 1.024 s."""
EARLIEST: Final = -samples_of(60)
"""A device that says its sound is later than it is makes an echo that comes too early."""
LATEST: Final = samples_of(700)
STANDS_OUT: Final = 9.0
"""So many times the mean of all delays is no chance, if it is seen twice."""
BEYOND_DOUBT: Final = 30.0
"""And so many times need not be seen again."""
SAME: Final = samples_of(4)
FADE: Final = 0.6
"""Share of the past in the sum."""
AUDIBLE: Final = 1e-6
"""Mean power (-60 dBFS) from which a second of playback can teach something."""


@dataclass(frozen=True, slots=True)
class Delay:
    """samples: at 16 kHz, negative where a device is wrong about itself; clear: how far it stands out."""

    samples: int
    clear: float


class DelayEstimator:
    """See the module. found: the delay, None while none was heard twice."""

    def __init__(self) -> None:
        self.found: Delay | None = None
        self._heard: list[Samples] = []
        self._played: list[Samples] = []
        self._sum: NDArray[Any] = np.zeros(SPAN + 1, np.complex64)
        self._last: Delay | None = None

    def reset(self) -> None:
        """Another room, another device."""
        self.__init__()

    def hear(self, heard: Samples, played: Samples) -> bool:
        """A frame, and what was played while it was heard. True when `found` is new."""
        self._heard.append(heard)
        self._played.append(played)
        if len(self._heard) * FRAME < SPAN:
            return False
        heard, played = np.concatenate(self._heard), np.concatenate(self._played)
        self._heard, self._played = [], []
        if float(np.dot(played, played)) < AUDIBLE * SPAN:
            return False
        return self._judge(self._correlate(heard, played))

    # -- inside ----------------------------------------------------------------------------------

    def _correlate(self, heard: Samples, played: Samples) -> NDArray[Any]:
        """Likeness for each delay from EARLIEST to LATEST."""
        cross = np.fft.rfft(heard, 2 * SPAN) * np.fft.rfft(played, 2 * SPAN).conj()
        self._sum = FADE * self._sum + cross / (np.abs(cross) + 1e-9)
        likeness = np.fft.irfft(self._sum)
        return np.abs(np.concatenate((likeness[EARLIEST:], likeness[:LATEST])))

    def _judge(self, likeness: NDArray[Any]) -> bool:
        best = int(np.argmax(likeness))
        clear = float(likeness[best] / (np.mean(likeness) + 1e-12))
        now = Delay(best + EARLIEST, round(clear, 1))
        last, self._last = self._last, now if clear >= STANDS_OUT else None
        if self._last is None:
            return False
        again = last is not None and abs(last.samples - now.samples) <= SAME
        if not again and clear < BEYOND_DOUBT:
            return False
        new = self.found is None or abs(self.found.samples - now.samples) > SAME
        self.found = now
        return new


STEP: Final = FRAME
"""What was played is held back by whole frames, so that a filter can be moved without loss."""
MARGIN: Final = FRAME // 2
"""An echo is looked for from at least so much before its delay on."""
FIRST_MOST: Final = samples_of(128)
"""A filter that reaches from here on to the end of its tail need not be moved."""


def offset_for(delay: int, offset: int) -> int:
    """By how much what was played is to be held back for an echo of this delay: as it is, if that
    will do."""
    if 0 <= delay - offset <= FIRST_MOST:
        return offset
    return (delay - MARGIN) // STEP * STEP
