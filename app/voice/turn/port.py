"""What the turn stage needs from a judge of endings."""

from __future__ import annotations

from typing import Protocol

from app.voice.audio.frames import Samples


class EndOfTurn(Protocol):
    """Says from the sound whether a person has finished. instant: cheap enough to be called on the
    event loop; otherwise it is called in a thread, one call at a time."""

    name: str
    instant: bool

    def load(self) -> None:
        """Load the model and warm it up. Raises BrokenFile, NotFound."""
        ...

    def judge(self, audio: Samples) -> float | None:
        """The turn so far, mono float32 at 16 kHz, up to its pause → probability (0 to 1) that it
        is over; None: no opinion."""
        ...

    def close(self) -> None:
        """Give memory back; idempotent."""
        ...
