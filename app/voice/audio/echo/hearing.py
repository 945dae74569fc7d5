"""Which sample of the microphone belongs to which moment.

A rule file: fed with when how many samples had come, it says where the microphone is at any time.
Blocks come late by chance and never early, so the earliest of the last seconds is believed.  A file
that is read faster than time has no moments: there the last sample read is now.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from app.voice.audio.frames import RATE

KEPT: Final = 96
"""Frames looked back upon: three seconds."""
ENOUGH: Final = 62
"""Frames (two seconds) from which the microphone's own speed is judged."""

LEAP: Final = 0.4
"""Seconds without sound (the machine slept, blocks were lost) after which all is counted anew."""


class HearingClock:
    """stepping: for a file that is read faster than time."""

    def __init__(self, *, stepping: bool = False) -> None:
        self.stepping = stepping
        self.position = 0
        self._seen: deque[tuple[float, int]] = deque(maxlen=KEPT)
        self._late = 0.0

    def heard(self, position: int, now: float) -> None:
        """Up to here samples have come by now (seconds of any steady clock)."""
        if self._seen:
            before, count = self._seen[-1]
            if abs(now - before - (position - count) / RATE) > LEAP:
                self._seen.clear()
        self.position = position
        self._seen.append((now, position))
        self._late = min(at - count / RATE for at, count in self._seen)

    def restarted(self) -> None:
        """The microphone was closed: what it gives from now on stands in a new relation to time."""
        self._seen.clear()

    def at(self, now: float) -> float | None:
        """Index of the sample that comes at this moment; None before anything came."""
        if self.stepping:
            return float(self.position)
        return (now - self._late) * RATE if self.known else None

    @property
    def known(self) -> bool:
        """It is known where the microphone is."""
        return self.stepping or bool(self._seen)

    @property
    def speed(self) -> float:
        """Samples that came for each that should have; 1 until that is known."""
        if self.stepping or len(self._seen) < ENOUGH:
            return 1.0
        (began, first), (ended, last) = self._seen[0], self._seen[-1]
        return (last - first) / ((ended - began) * RATE) if ended > began else 1.0
