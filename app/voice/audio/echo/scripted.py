"""An echo that is known beforehand, taken out exactly: for tests and demonstrations."""

from __future__ import annotations

from dataclasses import replace

from app.voice.audio.echopath import EchoPath, EchoShape
from app.voice.audio.frames import RATE, Samples, milliseconds


class ScriptedEcho:
    """Subtracts the echo that a path of this shape would make."""

    def __init__(self, shape: EchoShape | None = None) -> None:
        self.name = "scripted"
        self.tail = RATE
        self.left: float | None = None
        self._shape = shape or EchoShape()
        self._path = EchoPath(self._shape)
        self._offset = 0
        self.resets = 0

    def load(self) -> None:
        """Nothing to load."""

    def process(self, heard: Samples, played: Samples) -> Samples:
        """What is heard less the echo."""
        return heard - self._path.process(played)

    def moved(self, samples: int) -> None:
        """The path becomes shorter."""
        self._offset += samples
        self._path = EchoPath(self._shortened())

    def reset(self) -> None:
        """The path begins anew; how often that was wanted is counted."""
        self._path = EchoPath(self._shortened())
        self.resets += 1

    def _shortened(self) -> EchoShape:
        left = max(0.0, self._shape.delay_ms - milliseconds(self._offset))
        return replace(self._shape, delay_ms=left)

    def close(self) -> None:
        """Nothing to give back."""
