"""What a microphone hears, put together while time passes.

Sounds are laid down on a line of time, over each other if they meet, at any moment that has not
passed; beneath them lies the room.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from app.voice.audio.frames import FRAME, RATE, Samples

Asked: TypeAlias = Callable[[int], None]
"""Told the index of a frame before it is mixed: the last chance to lay something there."""


class LiveLine:
    """A MicrophoneLine (duplex.py). room: what is always there, repeated without end; `over` is set by
    whoever lays sounds down."""

    rate = RATE

    def __init__(self, name: str, asked: Asked, *, room: Samples | None = None) -> None:
        self.name = name
        self.over = False
        self.spoken: list[Samples] = []
        """What the loudspeaker played, without a gap from the first sample on."""
        self._asked = asked
        self._room = room
        self._parts: list[tuple[int, Samples]] = []
        self._passed = 0

    def lay(self, at: int, samples: Samples) -> int:
        """Let it be heard from sample `at` on, or from now if that has passed; returns from where."""
        at = max(at, self._passed)
        self._parts.append((at, samples))
        return at

    def frame(self, index: int) -> Samples:
        """Everything that meets there, cut off at full scale."""
        self._passed = index
        self._asked(index)
        self._passed = index + FRAME
        mixed: Samples = np.zeros(FRAME, np.float32)
        if self._room is not None and len(self._room):
            mixed += np.take(self._room, np.arange(index, index + FRAME), mode="wrap")
        for at, part in self._parts:
            begin, end = max(at, index), min(at + len(part), index + FRAME)
            if begin < end:
                mixed[begin - index : end - index] += part[begin - at : end - at]
        self._parts = [(at, part) for at, part in self._parts if at + len(part) > index + FRAME]
        return np.clip(mixed, -1.0, 1.0)

    def played(self, samples: Samples) -> None:
        """Kept, so that it can be looked at."""
        self.spoken.append(samples)

    def close(self) -> None:
        """Nothing to give back."""
