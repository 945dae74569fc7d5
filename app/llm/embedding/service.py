"""Texts into vectors: owns EmbedEvent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import anyio
import structlog

from app.config.llm import EmbeddingSettings
from app.events.base import Answer
from app.events.llm import EmbeddedEvent, EmbedEvent, LLMUsedEvent
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.llm.embedding.port import Embedder, Meter
from app.llm.embedding.queries import Queries, Vectors
from app.llm.embedding.table import build

log = structlog.get_logger("solo.embedding")

EmbedderFactory = Callable[[EmbeddingSettings, Path], Embedder]


@dataclass(slots=True)
class EmbeddingStats:
    """The last figures, for /status. texts, tokens, cost: so far, the latter two where they are paid for."""

    model: str = ""
    dimensions: int = 0
    load_ms: float = 0.0
    texts: int = 0
    tokens: int = 0
    cost: float = 0.0
    took_ms: float = 0.0


class EmbeddingService:
    """See the module. engines: makes the engine from the settings."""

    def __init__(
        self,
        runtime: Runtime,
        settings: EmbeddingSettings,
        models_dir: Path,
        *,
        engines: EmbedderFactory = build,
    ) -> None:
        self._runtime = runtime
        self._engine = engines(settings, models_dir)
        self._stats = EmbeddingStats()

    def stats(self) -> dict[str, Any]:
        """The last figures as plain data."""
        return asdict(self._stats)

    async def run(self, ready: Ready) -> None:
        """Load, serve until cancelled, free the memory."""
        clock, engine, stats = self._runtime.clock, self._engine, self._stats
        started = clock.monotonic()
        try:
            await engine.load()
            found = engine.capabilities
            stats.model, stats.dimensions = found.model, found.dimensions
            stats.load_ms = (clock.monotonic() - started) * 1000
            log.info("model_loaded", model=found.model, ms=round(stats.load_ms))
            async with anyio.create_task_group() as group:
                self._queries = Queries(self._made, group)
                async with self._runtime.bus.serve(EmbedEvent, self._embed, name="embedding"):
                    ready()
                    await asyncio.get_running_loop().create_future()
        finally:
            await engine.close()

    def _account(self, request: EmbedEvent, meter: Meter) -> None:
        if not meter.tokens:
            return
        self._stats.tokens += meter.tokens
        self._stats.cost += meter.cost
        used = LLMUsedEvent(
            owner=request.owner,
            turn=request.turn,
            role="embedding",
            provider=meter.provider,
            model=meter.model,
            prompt_tokens=meter.tokens,
            cost=meter.cost,
        )
        self._runtime.bus.publish(used)

    async def _made(self, request: EmbedEvent) -> Vectors:
        started = self._runtime.clock.monotonic()
        meter = Meter()
        try:
            texts, query = request.texts, request.query
            vectors = await self._engine.embed(texts, query=query, meter=meter) if texts else ()
        finally:
            self._account(request, meter)
        self._stats.texts += len(request.texts)
        self._stats.took_ms = (self._runtime.clock.monotonic() - started) * 1000
        return vectors

    async def _embed(self, request: EmbedEvent) -> AsyncGenerator[Answer, None]:
        asked = request.query and len(request.texts) == 1
        vectors = await (self._queries(request) if asked else self._made(request))
        yield EmbeddedEvent(
            owner=request.owner,
            turn=request.turn,
            revision=request.revision,
            vectors=vectors,
            model=self._engine.capabilities.model,
        )
