"""Gives every memory its vector, in the background."""

from __future__ import annotations

import asyncio

import anyio
import numpy as np
import structlog
from numpy.typing import NDArray

from app.events.llm import EmbeddedEvent, EmbedEvent
from app.kernel.errors import Kind, SoloError
from app.kernel.runtime import Runtime
from app.memory.slot import IndexSlot
from app.memory.store import Store, Unread

log = structlog.get_logger("solo.memory")

BATCH = 8
"""Texts at once: few, so that a question that comes meanwhile is embedded soon."""
RETRY_SECONDS = (1.0, 2.0, 5.0, 15.0, 30.0)
"""Waits while the embedding model is away; the last one repeats."""


class Embedder:
    """A task: learns which model there is, then embeds what lacks a vector, then waits for more."""

    def __init__(self, runtime: Runtime, store: Store, slot: IndexSlot) -> None:
        self._bus = runtime.bus
        self._clock = runtime.clock
        self._store = store
        self._slot = slot
        self._work = asyncio.Event()
        self._hopeless: set[str] = set()
        self._tries = 0

    def wake(self) -> None:
        """There may be something to embed."""
        self._work.set()

    async def run(self) -> None:
        while True:
            try:
                await self._step()
                self._tries = 0
            except SoloError as error:
                wait = RETRY_SECONDS[min(self._tries, len(RETRY_SECONDS) - 1)]
                self._tries += 1
                log.info("embedding_waits", code=error.code, seconds=wait)
                await self._clock.sleep(wait)

    async def _step(self) -> None:
        if self._slot.model is None:
            _, model = await self._embed(("Solo",))
            await self._slot.begin(model, self._store)
        self._work.clear()
        assert self._slot.model is not None  # noqa: S101  (begin has set it)
        batch = await self._store.unread(self._slot.model, BATCH, self._hopeless)
        if batch:
            await self._embed_batch(batch)
        else:
            await self._work.wait()

    async def _embed_batch(self, batch: list[Unread]) -> None:
        try:
            vectors, model = await self._embed(tuple(row.text for row in batch))
        except SoloError as error:
            if error.kind is Kind.TRANSIENT:
                raise
            await self._one_by_one(batch, error)
            return
        await self._keep(batch, vectors, model)

    async def _one_by_one(self, batch: list[Unread], error: SoloError) -> None:
        """One text that the model cannot take must not keep the others from their vectors."""
        if len(batch) == 1:
            self._hopeless.add(batch[0].id)
            log.warning("not_embedded", memory=batch[0].id, code=error.code)
            return
        for row in batch:
            await self._embed_batch([row])

    async def _keep(self, rows: list[Unread], vectors: NDArray[np.float32], model: str) -> None:
        if model != self._slot.model:
            await self._slot.begin(model, self._store)
        by_id = {row.id: vector for row, vector in zip(rows, vectors, strict=True)}
        with anyio.CancelScope(shield=True):
            async with self._slot.changing:
                kept = await self._store.put_vectors(model, rows, vectors)
                for owner in {row.owner for row in kept}:
                    ids = [row.id for row in kept if row.owner == owner]
                    await self._slot.add(owner, ids, np.stack([by_id[id_] for id_ in ids]))

    async def _embed(self, texts: tuple[str, ...]) -> tuple[NDArray[np.float32], str]:
        embedded = await self._bus.request(EmbedEvent(texts=texts), EmbeddedEvent)
        return np.asarray(embedded.vectors, np.float32), embedded.model
