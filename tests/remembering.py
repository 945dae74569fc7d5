"""Memory running on a bus: what unit and real tests of it share."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio

from app.config.llm import EmbeddingSettings
from app.config.memory import MemorySettings
from app.db.engine import Database
from app.events.dialogue import TurnEndedEvent
from app.events.memory import RecalledEvent, RecallEvent
from app.kernel.runtime import Runtime
from app.llm.embedding.scripted import ScriptedEmbedder
from app.llm.embedding.service import EmbeddingService
from app.memory.attach import IndexFactory, IndexService
from app.memory.service import MemoryService
from app.memory.slot import IndexSlot
from app.memory.store import Said, Store

START = datetime(2026, 1, 1, tzinfo=UTC)


def scripted(settings: EmbeddingSettings, models_dir: Path) -> ScriptedEmbedder:
    return ScriptedEmbedder(settings, models_dir)


def scripted_embedding(runtime: Runtime) -> EmbeddingService:
    return EmbeddingService(runtime, EmbeddingSettings(), Path(), engines=scripted)


@asynccontextmanager
async def remembering(
    runtime: Runtime,
    database: Database,
    embedding: EmbeddingService | None,
    *,
    factory: IndexFactory | None = None,
) -> AsyncGenerator[IndexSlot]:
    slot = IndexSlot()
    services = [MemoryService(runtime, MemorySettings(), database, slot)]
    async with AsyncExitStack() as stack:
        group = await stack.enter_async_context(anyio.create_task_group())
        for service in ([embedding] if embedding else []) + services:
            ready = anyio.Event()
            group.start_soon(service.run, ready.set)
            await ready.wait()
        if factory is not None:
            ready = anyio.Event()
            group.start_soon(IndexService(runtime, database, slot, factory).run, ready.set)
            await ready.wait()
        yield slot
        group.cancel_scope.cancel()


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 5) -> None:
    """Wait for what has no event of its own."""
    with anyio.fail_after(seconds):
        while not await true():  # noqa: ASYNC110  (nothing announces it)
            await anyio.sleep(0.005)


def ended(turn: str, text: str, reply: str = "", **more: str) -> TurnEndedEvent:
    return TurnEndedEvent(
        turn=turn, channel="shell", dialogue="d1", user_text=text, reply_text=reply, finish="stop", **more
    )


def said(lines: list[str], *, owner: str = "local", prefix: str = "old") -> list[Said]:
    return [
        Said(owner, f"{prefix}{number}", "d0", "user", text, START + timedelta(minutes=number))
        for number, text in enumerate(lines)
    ]


async def recall(runtime: Runtime, query: str, **more: object) -> list[str]:
    asked = RecallEvent(query=query, **more)  # type: ignore[arg-type]
    found = await runtime.bus.request(asked, RecalledEvent)
    return [memory.text for memory in found.memories]


async def embedded(store: Store, slot: IndexSlot, seconds: float = 5) -> None:
    """Wait until every memory has its vector."""

    async def done() -> bool:
        return slot.model is not None and not await store.unread(slot.model, 1)

    await until(done, seconds)
