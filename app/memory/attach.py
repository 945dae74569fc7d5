"""Attaches the chosen vector index, after everything else is up: its import alone takes seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anyio
import structlog

from app.db.engine import Database
from app.kernel.errors import BrokenFile
from app.kernel.lifecycle import Ready
from app.kernel.plugins import load
from app.kernel.runtime import Runtime
from app.memory.indexes.engines import ENGINES
from app.memory.port import VectorIndex
from app.memory.slot import IndexSlot
from app.memory.store import Store

log = structlog.get_logger("solo.memory")

IndexFactory = Callable[[str], VectorIndex]
"""Makes the index for an embedding model."""

MODEL_SECONDS = 20.0
"""How long the start may wait for the embedding model; after that it goes on waiting in service."""


def index_factory(name: str, folder: Path) -> IndexFactory:
    """Makes indexes of this name in `folder`. Raises NotFound when making one and there is none such."""

    def make(model: str) -> VectorIndex:
        return load("indexes", ENGINES, name, what="vector index")(folder, model)

    return make


class IndexService:
    """Opens the index, brings it in line with the rows, hands it to memory; rebuilds a broken one."""

    def __init__(self, runtime: Runtime, database: Database, slot: IndexSlot, factory: IndexFactory) -> None:
        self._clock = runtime.clock
        self._store = Store(database, runtime.clock)
        self._slot = slot
        self._factory = factory

    async def run(self, ready: Ready) -> None:
        with anyio.move_on_after(MODEL_SECONDS):
            await self._slot.known()
        if self._slot.model is None:
            ready()
        model = await self._slot.known()
        began = self._clock.monotonic()
        index = self._factory(model)
        try:
            await self._open(index)
            await self._follow(index, model)
            async with self._slot.changing:
                await self._follow(index, model)
                self._slot.attach(index)
            ms = round(1000 * (self._clock.monotonic() - began))
            log.info("index_attached", index=index.name, count=await index.count(), ms=ms)
            ready()
            error = await self._slot.failure()
            log.warning("index_failed", index=index.name, reason=error.message)
            await index.clear()
            raise error
        finally:
            self._slot.detach()
            with anyio.CancelScope(shield=True):
                await index.close()

    async def _open(self, index: VectorIndex) -> None:
        try:
            await index.open()
        except BrokenFile as error:
            log.warning("index_rebuilt", index=index.name, reason=error.message)
            await index.clear()

    async def _follow(self, index: VectorIndex, model: str) -> None:
        """Make the index hold exactly what the rows hold."""
        try:
            await self._compare(index, model)
        except BrokenFile as error:
            log.warning("index_rebuilt", index=index.name, reason=error.message)
            await index.clear()
            await self._compare(index, model)

    async def _compare(self, index: VectorIndex, model: str) -> None:
        for owner in await self._store.owners(model):
            there, wanted = await index.ids(owner), await self._store.vector_ids(owner, model)
            await index.remove(owner, sorted(there - wanted))
            async for page in self._store.vectors(owner, model, wanted - there):
                await index.add(owner, page.ids, page.vectors)
