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

    name: str
    slow: bool
    """`process` takes too long for the event loop (over 2 ms): it is called in a thread."""

    @property
    def words(self) -> tuple[str, ...]:
        """What it listens for, as a person would read it."""
        ...

    def load(self) -> None:
        """Get the models ready: slow, called once off the event loop.

        Raises NotFound (no such word or file), BadSettings, MissingExtra, BrokenFile.
        """
        ...

    def process(self, samples: Samples) -> Detection | None:
        """Hear a frame of 512 samples at 16 kHz; the word that ended in it, if any."""
        ...

    def again(self, word: str, samples: Samples) -> bool | None:
        """Whether a second ear, fresh and apart from the first, finds the word in these samples too;
        None when the engine has no second ear. Takes some 10 ms: called in a thread."""
        ...

    def reset(self) -> None:
        """Forget what was heard."""
        ...

    def close(self) -> None:
        """Give resources back; idempotent."""
        ...
