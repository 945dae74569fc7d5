"""Stands before a model: gives the answer again that it gave before, or lets it answer and keeps that."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

import structlog

from app.config.cache import CacheSettings
from app.events.base import Answer
from app.events.llm import LLMRequestEvent, LLMResponseEvent, LLMTokenEvent
from app.kernel.errors import SoloError
from app.kernel.runtime import Runtime
from app.llm.cache.entry import entry_of, replay
from app.llm.cache.identity import identity, identity_of_all
from app.llm.cache.key import key_of, may_cache
from app.llm.cache.responses import CacheReport, ResponseCache
from app.llm.checkpoints.folder import is_checkpoint
from app.llm.checkpoints.header import checkpoint_header
from app.llm.models.checkpoint import belonging
from app.llm.port import Generation, LanguageModel
from app.llm.prompts.header import header_of
from app.llm.prompts.render import template_of
from app.llm.spec import IN_PROCESS, EngineSpec
from app.llm.weights import find_weights

log = structlog.get_logger("solo.llm")

Fresh = Callable[[], AsyncGenerator[Answer, None]]
"""Asks the model."""


class Answering:
    """See the module."""

    def __init__(self, runtime: Runtime, settings: CacheSettings, cache_dir: Path) -> None:
        self._clock = runtime.clock
        self._pool = runtime.pool
        self._enabled = settings.enabled
        self._cache = ResponseCache(runtime, settings, cache_dir)
        self._known: dict[EngineSpec, tuple[str, str]] = {}

    async def answers(
        self,
        request: LLMRequestEvent,
        generation: Generation,
        spec: EngineSpec,
        engine: LanguageModel,
        fresh: Fresh,
    ) -> AsyncGenerator[Answer, None]:
        """Those of `fresh`, or of an earlier time. generation: the request with every default filled in."""
        began = self._clock.monotonic()
        key = await self._key(request, generation, spec, engine)
        entry = await self._cache.get(request.owner, key) if key else None
        if entry is not None:
            waited = (self._clock.monotonic() - began) * 1000
            async with aclosing(replay(request, entry, first_token_ms=waited)) as again:
                async for answer in again:
                    yield answer
            await self._cache.note()
            return
        tokens: list[LLMTokenEvent] = []
        async with aclosing(fresh()) as answers:
            async for answer in answers:
                if key and isinstance(answer, LLMTokenEvent):
                    tokens.append(answer)
                if key and isinstance(answer, LLMResponseEvent):
                    now, took = self._clock.now().timestamp(), (self._clock.monotonic() - began) * 1000
                    kept = entry_of(key, tokens, answer, made_at=now, took_ms=took)
                    await self._cache.put(request.owner, kept)
                yield answer
        if key:
            await self._cache.note()

    async def know(self, spec: EngineSpec, engine: LanguageModel) -> None:
        """Look at the model's file (a fifth of a second), so that no request has to wait for that."""
        if self._enabled and spec not in self._known:
            try:
                self._known[spec] = await self._pool.run(_model, spec, engine)
            except (SoloError, OSError) as error:
                log.warning("not_cached", model=engine.capabilities.model, error=str(error))

    def forget(self, spec: EngineSpec) -> None:
        """Look at the model's file again before the next answer."""
        self._known.pop(spec, None)

    async def stats(self) -> CacheReport:
        """What there is, and what it was good for."""
        return await self._cache.stats()

    async def clear(self, owner: str | None = None) -> int:
        """Forget one person's answers, or all."""
        return await self._cache.clear(owner)

    async def close(self) -> None:
        """Write down the last figures."""
        await self._cache.note()

    async def _key(
        self, request: LLMRequestEvent, generation: Generation, spec: EngineSpec, engine: LanguageModel
    ) -> str:
        """Under what its answer is kept; empty when it is not."""
        if not (self._enabled and may_cache(request, generation)):
            return ""
        await self.know(spec, engine)
        if spec not in self._known:
            return ""
        model, template = self._known[spec]
        day = self._clock.now().date().isoformat()
        return key_of(generation, owner=request.owner, model=model, template=template, day=day)


def _model(spec: EngineSpec, engine: LanguageModel) -> tuple[str, str]:
    """Which model it is, and its template where that is known. Reads the file."""
    if engine.name not in IN_PROCESS:
        return f"{engine.name}:{spec.server.url}:{engine.capabilities.model}", ""
    _, path = find_weights(spec)
    if is_checkpoint(path):
        return identity_of_all(belonging(path)), template_of(checkpoint_header(path.parent)).source
    return identity(path), template_of(header_of(path)).source
