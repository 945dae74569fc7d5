"""Gives every memory its vector, in the background."""

from __future__ import annotations

import asyncio

import anyio
import numpy as np
import structlog
from numpy.typing import NDArray

from app.events.base import LOCAL_OWNER
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

QUESTIONS = (
    "What is the capital of France?",
    "How many legs does a spider have?",
    "Can you tell me a joke?",
    "How long do I boil an egg?",
)
STRANGERS = (
    "My sister borrowed the drill last week.",
    "The train leaves at nine in the evening.",
    "I am allergic to penicillin.",
    "We parked near the blue lift.",
    "Her daughter plays the violin on Sundays.",
)
"""None of these has to do with any of those questions."""
MARGIN = 0.25
"""How far beyond the nearest of the strangers a line must be, in parts of their own spread."""


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
            await self._begin()
        self._work.clear()
        assert self._slot.model is not None  # noqa: S101  (begin has set it)
        batch = await self._store.unread(self._slot.model, BATCH, self._hopeless)
        if batch:
            # One person's at a time: what vectors cost stands on the account of whoever said it.
            await self._embed_batch([row for row in batch if row.owner == batch[0].owner])
        else:
            await self._work.wait()

    async def _embed_batch(self, batch: list[Unread]) -> None:
        """Lines of one person."""
        try:
            vectors, model = await self._embed(tuple(row.text for row in batch), batch[0].owner)
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
            await self._begin()
            return
        by_id = {row.id: vector for row, vector in zip(rows, vectors, strict=True)}
        with anyio.CancelScope(shield=True):
            async with self._slot.changing:
                if kept := await self._store.put_vectors(model, rows, vectors):
                    ids = [row.id for row in kept]
                    await self._slot.add(rows[0].owner, ids, np.stack([by_id[id_] for id_ in ids]))

    async def _begin(self) -> None:
        """Learn which model there is, and how near by it things lie that have nothing in common."""
        there, model = await self._embed(STRANGERS)
        asked, _ = await self._embed(QUESTIONS, query=True)
        near = asked @ there.T
        floor = np.max(near) + MARGIN * (np.max(near) - np.mean(near))
        await self._slot.begin(model, float(floor), self._store)

    async def _embed(
        self, texts: tuple[str, ...], owner: str = LOCAL_OWNER, *, query: bool = False
    ) -> tuple[NDArray[np.float32], str]:
        """owner: who pays; what belongs to nobody is the house's."""
        wanted = EmbedEvent(owner=owner, texts=texts, query=query)
        embedded = await self._bus.request(wanted, EmbeddedEvent)
        return np.asarray(embedded.vectors, np.float32), embedded.model
