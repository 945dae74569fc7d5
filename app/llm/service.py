"""The LLM runner: owns LLMRequestEvent and CountTokensEvent.

One engine for each different spec that the roles ask for (all three share one by default).  The
engine of `generation` is loaded and warm before the service is ready; others on first use.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import structlog

from app.config.llm import LlmSettings, RoleSettings
from app.events.base import Answer
from app.events.llm import (
    ChatMessage,
    CountTokensEvent,
    LLMRequestEvent,
    LLMResponseEvent,
    LLMTokenEvent,
    ModelReadyEvent,
    Role,
    TokenCountEvent,
)
from app.kernel.errors import Interrupted
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.llm.clean import ReplyCleaner
from app.llm.engines.table import build
from app.llm.port import Finished, Generation, LanguageModel, Piece
from app.llm.spec import EngineSpec

log = structlog.get_logger("solo.llm")

EngineFactory = Callable[[EngineSpec], LanguageModel]

WAITING_ROOM = 64
"""Requests that may be open at once; the engine decides by priority which of them run."""


@dataclass(slots=True)
class LlmStats:
    """The last figures, for /status: no words. Times in ms, rates in tokens a second."""

    engine: str = ""
    model: str = ""
    context: int = 0
    concurrent: int = 0
    load_ms: float = 0.0
    warm_ms: float = 0.0
    running: int = 0
    requests: int = 0
    failed: int = 0
    cancelled: int = 0
    first_token_ms: float = 0.0
    tokens_per_second: float = 0.0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


class LlmService:
    """See the module. engines: makes an engine from its spec (tests hand in a scripted one)."""

    def __init__(
        self,
        runtime: Runtime,
        settings: LlmSettings,
        models_dir: Path,
        *,
        offline: bool = False,
        engines: EngineFactory = build,
    ) -> None:
        self._runtime = runtime
        self._settings = settings
        self._models_dir = models_dir
        self._offline = offline
        self._factory = engines
        self._engines: dict[EngineSpec, LanguageModel] = {}
        self._loading = asyncio.Lock()
        self._stats = LlmStats()

    def stats(self) -> dict[str, Any]:
        """The last figures as plain data."""
        return asdict(self._stats)

    async def run(self, ready: Ready) -> None:
        """Load, warm up, serve until cancelled, free the memory."""
        bus = self._runtime.bus
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._close)
            engine = await self._engine("generation")
            await self._warm_up(engine)
            await stack.enter_async_context(
                bus.serve(LLMRequestEvent, self._answer, name="llm", limit=WAITING_ROOM)
            )
            await stack.enter_async_context(bus.serve(CountTokensEvent, self._count, name="llm"))
            ready()
            await asyncio.get_running_loop().create_future()

    async def _close(self) -> None:
        engines, self._engines = list(self._engines.values()), {}
        for engine in engines:
            await engine.close()

    # -- engines -------------------------------------------------------------------------------

    def _role(self, role: Role) -> RoleSettings:
        found: RoleSettings = getattr(self._settings, role)
        return found

    async def _engine(self, role: Role) -> LanguageModel:
        """The loaded engine of a role. Raises what loading raises."""
        spec = EngineSpec.of_role(self._settings, self._role(role), self._models_dir, self._offline)
        async with self._loading:
            if spec not in self._engines:
                self._engines[spec] = await self._load(spec, main=role == "generation")
        return self._engines[spec]

    async def _load(self, spec: EngineSpec, *, main: bool) -> LanguageModel:
        started = self._runtime.clock.monotonic()
        engine = self._factory(spec)
        try:
            await engine.load()
        except BaseException:
            await engine.close()
            raise
        took = self._since(started)
        found = engine.capabilities
        log.info("model_loaded", model=found.model, engine=engine.name, ms=round(took))
        if main:
            stats = self._stats
            stats.engine, stats.model = engine.name, found.model
            stats.context, stats.concurrent, stats.load_ms = found.context, found.concurrent, took
            loaded = ModelReadyEvent(model=found.model, engine=stats.engine, context=found.context)
            self._runtime.bus.publish(loaded)
        return engine

    async def _warm_up(self, engine: LanguageModel) -> None:
        """Let a local model read the system prompt, so that the first answer does not wait for it."""
        if not engine.capabilities.local:
            return
        started = self._runtime.clock.monotonic()
        prompt = self._settings.generation.system_prompt
        messages = (ChatMessage(role="system", content=prompt),) if prompt else ()
        hello = Generation((*messages, ChatMessage(role="user", content="Hi")), 1, 0.0, priority="voice")
        async with aclosing(engine.generate(hello)) as steps:
            async for _ in steps:
                pass
        self._stats.warm_ms = self._since(started)
        log.info("model_warm", ms=round(self._stats.warm_ms))

    def _since(self, started: float) -> float:
        return (self._runtime.clock.monotonic() - started) * 1000

    # -- requests ------------------------------------------------------------------------------

    async def _answer(self, request: LLMRequestEvent) -> AsyncGenerator[Answer, None]:
        if request.read_only:
            yield await self._read(request)
            return
        stats, watch = self._stats, _Watch(self._runtime.clock.monotonic)
        stats.requests += 1
        stats.running += 1
        over = False
        try:
            engine = await self._engine(request.role)
            async with aclosing(engine.generate(self._fill_in(request))) as steps:
                async for answer in self._stream(request, engine, steps, watch):
                    over = isinstance(answer, LLMResponseEvent)
                    yield answer
        except Exception:
            over = True
            stats.failed += 1
            raise
        finally:
            stats.running -= 1
            stats.cancelled += not over

    async def _read(self, request: LLMRequestEvent) -> LLMResponseEvent:
        """Let a local model read; what another reads is gone when it has answered, and may cost."""
        engine = await self._engine(request.role)
        end = Finished("length")
        if engine.capabilities.local:
            reading = replace(self._fill_in(request), max_tokens=1)
            async with aclosing(engine.generate(reading)) as steps:
                async for step in steps:
                    end = step if isinstance(step, Finished) else end
        return LLMResponseEvent(
            owner=request.owner,
            turn=request.turn,
            text="",
            finish="length",
            model=engine.capabilities.model,
            prompt_tokens=end.prompt_tokens,
            cached_tokens=end.cached_tokens,
        )

    async def _stream(
        self,
        request: LLMRequestEvent,
        engine: LanguageModel,
        steps: AsyncGenerator[Piece | Finished, None],
        watch: _Watch,
    ) -> AsyncGenerator[Answer, None]:
        cleaner = ReplyCleaner()
        written: list[str] = []
        end: Finished | None = None
        async for step in steps:
            if isinstance(step, Finished):
                end = step
                break
            watch.token()
            if text := cleaner.feed(step.text):
                written.append(text)
                yield LLMTokenEvent(
                    owner=request.owner, turn=request.turn, revision=request.revision, text=text
                )
            if cleaner.ended:
                end = Finished("stop", completion_tokens=watch.tokens)
                break
        if end is None:
            raise Interrupted("The language model broke off in the middle of its answer.")
        if text := cleaner.finish():
            written.append(text)
            yield LLMTokenEvent(owner=request.owner, turn=request.turn, revision=request.revision, text=text)
        yield self._finished(request, engine, end, "".join(written), watch)

    def _finished(
        self, request: LLMRequestEvent, engine: LanguageModel, end: Finished, text: str, watch: _Watch
    ) -> LLMResponseEvent:
        completion = end.completion_tokens or watch.tokens
        response = LLMResponseEvent(
            owner=request.owner,
            turn=request.turn,
            revision=request.revision,
            text=text.rstrip(),
            finish=end.finish,
            model=engine.capabilities.model,
            prompt_tokens=end.prompt_tokens,
            cached_tokens=end.cached_tokens,
            completion_tokens=completion,
            first_token_ms=watch.first_token_ms(),
            tokens_per_second=watch.tokens_per_second(completion),
        )
        stats = self._stats
        for name in (
            "first_token_ms",
            "tokens_per_second",
            "prompt_tokens",
            "cached_tokens",
            "completion_tokens",
        ):
            setattr(stats, name, getattr(response, name))
        return response

    def _fill_in(self, request: LLMRequestEvent) -> Generation:
        role = self._role(request.role)
        return Generation(
            messages=request.messages,
            max_tokens=role.max_tokens if request.max_tokens is None else request.max_tokens,
            temperature=role.temperature if request.temperature is None else request.temperature,
            dialogue=request.dialogue,
            seed=request.seed,
            stop=request.stop,
            priority=request.priority,
        )

    async def _count(self, request: CountTokensEvent) -> AsyncGenerator[Answer, None]:
        engine = await self._engine("generation")
        counts = await engine.count(request.texts)
        yield TokenCountEvent(owner=request.owner, counts=counts, context=engine.capabilities.context)


class _Watch:
    """Times the tokens of one answer."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._asked = now()
        self._first: float | None = None
        self._last = self._asked
        self.tokens = 0

    def token(self) -> None:
        self._last = self._now()
        self._first = self._last if self._first is None else self._first
        self.tokens += 1

    def first_token_ms(self) -> float:
        return 0.0 if self._first is None else (self._first - self._asked) * 1000

    def tokens_per_second(self, tokens: int) -> float:
        """Of the tokens after the first; 0 where there is nothing to measure."""
        if self._first is None or tokens < 2 or self._last <= self._first:
            return 0.0
        return (tokens - 1) / (self._last - self._first)
