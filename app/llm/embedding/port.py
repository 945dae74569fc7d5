"""What the embedding service needs from an engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class EmbedderCapabilities:
    """model: who made the vectors (those of two models never compare); dimensions: their length;
    longest: tokens of a text that are looked at, the rest is cut off."""

    model: str
    dimensions: int
    longest: int


@dataclass(slots=True)
class Meter:
    """What has to be paid, whether all goes well or not. provider, model: to whom; tokens: that were read;
    cost: US dollars."""

    provider: str = ""
    model: str = ""
    tokens: int = 0
    cost: float = 0.0


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product says how alike the texts are."""

    @property
    def capabilities(self) -> EmbedderCapabilities:
        """Known once loaded."""
        ...

    async def load(self) -> None:
        """Load and warm up. Raises NotFound, BrokenFile, and what asking a provider raises."""
        ...

    async def embed(
        self, texts: tuple[str, ...], *, query: bool, meter: Meter | None = None
    ) -> tuple[tuple[float, ...], ...]:
        """A vector of length 1 for each text, in order; query: a question, not a passage; meter: is told
        what that costs, where it costs anything."""
        ...

    async def close(self) -> None:
        """Give memory back; idempotent."""
        ...
