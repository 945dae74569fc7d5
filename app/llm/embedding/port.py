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


class Embedder(Protocol):
    """Turns texts into unit vectors whose dot product says how alike the texts are."""

    @property
    def capabilities(self) -> EmbedderCapabilities:
        """Known once loaded."""
        ...

    async def load(self) -> None:
        """Load and warm up. Raises NotFound, BrokenFile."""
        ...

    async def embed(self, texts: tuple[str, ...], *, query: bool) -> tuple[tuple[float, ...], ...]:
        """A vector of length 1 for each text, in order; query: a question, not a passage."""
        ...

    async def close(self) -> None:
        """Give memory back; idempotent."""
        ...
