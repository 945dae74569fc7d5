"""Where memory finds its vector index: NumPy over the rows first, the chosen one once it is attached."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.kernel.errors import SoloError, Unavailable
from app.memory.indexes.numpy import NumpyIndex
from app.memory.port import Hit, VectorIndex
from app.memory.store import Store


class IndexSlot:
    """Shared by MemoryService, which fills and searches, and IndexService, which attaches.

    Made once by main; it survives restarts of both. `changing` is held by whoever changes rows and
    index together, so that nothing forgotten slips back in from a list read before.
    """

    def __init__(self) -> None:
        self.model: str | None = None
        self.floor = 0.0
        self.changing = asyncio.Lock()
        self._store: Store | None = None
        self._known = asyncio.Event()
        self._failed = asyncio.Event()
        self._error: SoloError | None = None
        self._quick = NumpyIndex()
        self._stale = False
        self._attached: VectorIndex | None = None

    @property
    def name(self) -> str:
        """Which index answers; empty before the embedding model is known."""
        if self.model is None:
            return ""
        return self._attached.name if self._attached else self._quick.name

    async def known(self) -> str:
        """Wait for the model."""
        await self._known.wait()
        assert self.model is not None  # noqa: S101  (set before the event)
        return self.model

    async def begin(self, model: str, floor: float, store: Store) -> None:
        """From now on vectors are those of `model`; what the rows have of it is searched at once.

        floor: the similarity that texts without relation reach by it.
        """
        async with self.changing:
            if self._attached is not None:
                self._fail(Unavailable("The embedding model has changed."))
            # Only then the model: whoever sees one may search, and must find what there is.
            quick = await _loaded(store, model)
            self.model, self.floor, self._store = model, floor, store
            self._quick, self._stale = quick, False
            self._known.set()

    # -- attaching -----------------------------------------------------------------------------

    def attach(self, index: VectorIndex) -> None:
        """Use this index, which holds what the rows hold; the caller holds `changing`."""
        self._attached = index
        self._quick = NumpyIndex()
        self._error = None
        self._failed.clear()

    def detach(self) -> None:
        """Do without it from now on; idempotent. The rows are read again when somebody searches."""
        if self._attached is not None:
            self._attached, self._stale = None, True

    async def failure(self) -> SoloError:
        """Wait until the attached index breaks."""
        await self._failed.wait()
        assert self._error is not None  # noqa: S101  (set before the event)
        return self._error

    def _fail(self, error: SoloError) -> None:
        self._error = error
        self.detach()
        self._failed.set()

    # -- using ---------------------------------------------------------------------------------

    async def add(self, owner: str, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Put vectors in; the caller holds `changing`."""
        if self._attached is None:
            await self._quick.add(owner, ids, vectors)
            return
        try:
            await self._attached.add(owner, ids, vectors)
        except SoloError as error:
            self._fail(error)

    async def remove(self, owner: str, ids: Sequence[str]) -> None:
        """Take them out; the caller holds `changing`."""
        await self._quick.remove(owner, ids)
        if self._attached is not None:
            try:
                await self._attached.remove(owner, ids)
            except SoloError as error:
                self._fail(error)

    async def search(self, owner: str, vector: NDArray[np.float32], limit: int) -> list[Hit]:
        """The nearest. When the index breaks under it the rows are searched instead."""
        if self._attached is not None:
            try:
                return await self._attached.search(owner, vector, limit)
            except SoloError as error:
                self._fail(error)
        if self._stale:
            async with self.changing:
                if self._stale and self._store is not None and self.model is not None:
                    self._quick, self._stale = await _loaded(self._store, self.model), False
        return await self._quick.search(owner, vector, limit)


async def _loaded(store: Store, model: str) -> NumpyIndex:
    quick = NumpyIndex()
    for owner in await store.owners(model):
        async for page in store.vectors(owner, model):
            await quick.add(owner, page.ids, page.vectors)
    return quick
