"""What a microphone hears, put together while time passes.

Sounds are laid down on a line of time, over each other if they meet, at any moment that has not
passed; beneath them lies the room, and what the loudspeaker plays comes back by an echo path.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from app.voice.audio.frames import FRAME, RATE, Samples

Echo: TypeAlias = Callable[[Samples], Samples]
"""The next stretch of what the loudspeaker played, at 16 kHz → what of it, and of what was played
before, reaches the microphone in that time; as long."""
Asked: TypeAlias = Callable[[int], None]
"""Told the index of a frame before it is mixed: the last chance to lay something there."""


class LiveLine:
    """A MicrophoneLine (duplex.py). room: what is always there, repeated without end; `over` is set by
    whoever lays sounds down."""

    rate = RATE

    def __init__(
        self, name: str, asked: Asked, *, room: Samples | None = None, echo: Echo | None = None
    ) -> None:
        self.name = name
        self.over = False
        self.heard: list[Samples] = []
        """The frames that were heard, oldest first."""
        self.spoken: list[Samples] = []
        """What the loudspeaker played, without a gap from the first sample on."""
        self._asked = asked
        self._room = room
        self._echo = echo
        self._echoed: Samples = np.zeros(0, np.float32)
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
        mixed = self._ambience(index)
        for at, part in self._parts:
            begin, end = max(at, index), min(at + len(part), index + FRAME)
            if begin < end:
                mixed[begin - index : end - index] += part[begin - at : end - at]
        self._parts = [(at, part) for at, part in self._parts if at + len(part) > index + FRAME]
        frame: Samples = np.clip(mixed, -1.0, 1.0).astype(np.float32)
        self.heard.append(frame)
        return frame

    def played(self, samples: Samples) -> None:
        """Goes through the echo path."""
        self.spoken.append(samples)
        if self._echo is not None:
            self._echoed = np.concatenate((self._echoed, self._echo(samples)))

    def close(self) -> None:
        """Nothing to give back."""

    def _ambience(self, index: int) -> Samples:
        mixed: Samples = np.zeros(FRAME, np.float32)
        if self._room is not None and len(self._room):
            mixed += np.take(self._room, np.arange(index, index + FRAME), mode="wrap")
        echo, self._echoed = self._echoed[:FRAME], self._echoed[FRAME:]
        mixed[: len(echo)] += echo
        return mixed
