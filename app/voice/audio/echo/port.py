"""What cancelling echo needs from an engine."""

from __future__ import annotations

from typing import Protocol

from app.voice.audio.frames import Samples


class EchoCanceller(Protocol):
    """Takes out of what is heard what of it was played. Keeps what it learnt of the room.

    Used from one thread.
    """

    name: str
    tail: int
    """Samples at 16 kHz by which an echo may be late and still be found."""
    left: float | None
    """How loud, dBFS, what is left of the echo in the last frame may be, by its own account; None where
    it has none."""

    def load(self) -> None:
        """Get ready: may be slow, called once off the event loop. Raises MissingExtra."""
        ...

    def process(self, heard: Samples, played: Samples) -> Samples:
        """A frame of 512 samples without the echo of what was played up to the same moment.

        Sound that is not played comes out as it went in, but for a delay of at most 10 ms.
        """
        ...

    def moved(self, samples: int) -> None:
        """From now on what was played comes so much later than until now (a multiple of 512; it
        may be negative), so that echoes seem to come sooner."""
        ...

    def reset(self) -> None:
        """Forget the room: the way from loudspeaker to microphone is another one now."""
        ...

    def close(self) -> None:
        """Give back what it holds; idempotent."""
        ...
