"""What memory needs from a vector index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Hit:
    """A neighbour. score: cosine similarity, -1 to 1."""

    id: str
    score: float


class VectorIndex(Protocol):
    """Nearest neighbours of one embedding model, kept apart by owner. It can be thrown away and
    rebuilt from the rows."""

    name: str

    async def open(self) -> None:
        """Attach to what is on disk. Raises BrokenFile (then the caller rebuilds)."""
        ...

    async def add(self, owner: str, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Insert or replace; vectors: unit length, shape (len(ids), dimensions)."""
        ...

    async def remove(self, owner: str, ids: Sequence[str]) -> None:
        """Take out; unknown ids are fine."""
        ...

    async def search(self, owner: str, vector: NDArray[np.float32], limit: int) -> list[Hit]:
        """The nearest of this owner, best first."""
        ...

    async def ids(self, owner: str) -> set[str]:
        """Everything that it holds of this owner."""
        ...

    async def count(self, owner: str | None = None) -> int:
        """How many there are."""
        ...

    async def clear(self) -> None:
        """Throw everything away."""
        ...

    async def close(self) -> None:
        """Detach; idempotent."""
        ...
