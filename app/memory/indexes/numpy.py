"""Vectors in memory, compared one by one: exact, nothing on disk, quick enough for years of talk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.memory.port import Hit

Matrix = NDArray[np.float32]


class _Table:
    """The vectors of one owner; rows are filled up to `size`, the rest is room to grow."""

    def __init__(self, dimensions: int) -> None:
        self.ids: list[str] = []
        self.places: dict[str, int] = {}
        self.rows: Matrix = np.zeros((64, dimensions), np.float32)

    def put(self, id_: str, vector: Matrix) -> None:
        place = self.places.setdefault(id_, len(self.ids))
        if place == len(self.ids):
            self.ids.append(id_)
            if place == len(self.rows):
                self.rows = np.concatenate((self.rows, np.zeros_like(self.rows)))
        self.rows[place] = vector

    def remove(self, id_: str) -> None:
        """The last row takes the place of the one that goes."""
        place = self.places.pop(id_, None)
        if place is None:
            return
        last = self.ids.pop()
        if last != id_:
            self.ids[place] = last
            self.places[last] = place
            self.rows[place] = self.rows[len(self.ids)]
        self.rows[len(self.ids)] = 0


class NumpyIndex:
    """See the module. The folder and the model are of no use to it."""

    name = "numpy"

    def __init__(self, folder: Path | None = None, model: str = "") -> None:
        self._tables: dict[str, _Table] = {}

    async def open(self) -> None:
        """There is nothing to open."""

    async def add(self, owner: str, ids: Sequence[str], vectors: Matrix) -> None:
        if not len(ids):
            return
        table = self._tables.setdefault(owner, _Table(vectors.shape[1]))
        for id_, vector in zip(ids, vectors, strict=True):
            table.put(id_, vector)

    async def remove(self, owner: str, ids: Sequence[str]) -> None:
        table = self._tables.get(owner)
        if table is not None:
            for id_ in ids:
                table.remove(id_)

    async def search(self, owner: str, vector: Matrix, limit: int) -> list[Hit]:
        table = self._tables.get(owner)
        if table is None or not table.ids or limit <= 0:
            return []
        scores = table.rows[: len(table.ids)] @ vector
        best = np.argsort(-scores, kind="stable")[:limit]
        return [Hit(table.ids[place], float(scores[place])) for place in best]

    async def ids(self, owner: str) -> set[str]:
        table = self._tables.get(owner)
        return set(table.ids) if table else set()

    async def count(self, owner: str | None = None) -> int:
        return sum(len(table.ids) for name, table in self._tables.items() if owner in (None, name))

    async def clear(self) -> None:
        self._tables.clear()

    async def close(self) -> None:
        """There is nothing to close."""
