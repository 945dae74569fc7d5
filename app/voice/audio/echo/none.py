"""No cancellation: what is heard is what is heard."""

from __future__ import annotations

from app.voice.audio.frames import Samples


class Untouched:
    """For headphones, or for a sound system that cancels the echo itself."""

    def __init__(self) -> None:
        self.name = "none"
        self.tail = 0
        self.left: float | None = None

    def load(self) -> None:
        """Nothing to load."""

    def process(self, heard: Samples, played: Samples) -> Samples:
        """As it came."""
        return heard

    def moved(self, samples: int) -> None:
        """Nothing to move."""

    def reset(self) -> None:
        """Nothing was learnt."""

    def close(self) -> None:
        """Nothing to give back."""
