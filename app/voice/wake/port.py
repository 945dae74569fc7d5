"""What the wake stage needs from an engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.voice.audio.frames import Samples


@dataclass(frozen=True, slots=True)
class Detection:
    """A word was heard. score: 0 to 1."""

    word: str
    score: float


class WakeEngine(Protocol):
    """Listens for words; keeps state between calls."""

    @property
    def words(self) -> tuple[str, ...]:
        """What it listens for, as a person would read it."""
        ...

    def process(self, samples: Samples) -> Detection | None:
        """Hear a frame of 512 samples at 16 kHz; the word that ended in it, if any. Fast enough
        to be called on the event loop (under 2 ms)."""
        ...

    def reset(self) -> None:
        """Forget what was heard."""
        ...

    def close(self) -> None:
        """Give resources back; idempotent."""
        ...
