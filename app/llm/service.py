"""The LLM runner: owns the requests of events/llm.py but for vectors.

One engine for each different spec that the roles ask for (all three share one by default).  The
engine of `generation` is loaded and warm before the service is ready; others on first use.  Who
answers for a role, and who when that one fails, is decided in roles/.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import structlog

from app.config.llm import LlmSettings
from app.events.base import Answer
from app.events.llm import (
    ChainsEvent,
    ChatMessage,
    ChooseModelEvent,
    CountTokensEvent,
    ListModelsEvent,
    LLMRequestEvent,
    LLMResponseEvent,
    LLMUsedEvent,
    ManageModelEvent,
    ModelChosenEvent,
    ModelReadyEvent,
    ModelsEvent,
    Role,
    RoleChain,
    TokenCountEvent,
)
from app.kernel.errors import SoloError
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.kernel.tokens import estimate_tokens
from app.llm.cache.answering import Answering
from app.llm.engines.table import build
from app.llm.managing import Managing
from app.llm.models.inventory import Inventory
from app.llm.models.known import KnownModels
from app.llm.pool import EngineFactory, EnginePool
from app.llm.port import Finished, Generation, LanguageModel
from app.llm.prompts.late_tools import results_in_words
from app.llm.prompts.window import within_window
from app.llm.residence import Residence
from app.llm.roles.chain import ROLES, Roles, configured, role_settings
from app.llm.roles.fallback import goes_on
from app.llm.roles.offers import offers
from app.llm.roles.preset import remarks, usual_chain
from app.llm.roles.router import Router
from app.llm.roles.targets import spec_of, target_of
from app.llm.spec import EngineSpec
from app.llm.structure.asking import Asking, answered

log = structlog.get_logger("solo.llm")

WAITING_ROOM = 64
"""Requests that may be open at once; the engine decides by priority which of them run."""

MINUTE = 60.0

ACCOUNTED = {"provider", "model", "prompt_tokens", "cached_tokens", "completion_tokens", "cost", "cached"}
"""What an answer and the account of it have in common."""

FIGURES = ("first_token_ms", "tokens_per_second", "prompt_tokens", "cached_tokens", "completion_tokens")
"""What /status tells of the last answer."""


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
    """See the module. engines: makes an engine from its spec (tests hand in a scripted one); cache_dir:
    where answers are kept to be given again, None: they are not; data_dir: where it is remembered what
    model files say, None: nowhere."""

    def __init__(
        self,
        runtime: Runtime,
        settings: LlmSettings,
        models_dir: Path,
        *,
        cache_dir: Path | None = None,
        data_dir: Path | None = None,
        offline: bool = False,
        engines: EngineFactory = build,
    ) -> None:
        self._runtime = runtime
        self._settings = settings
        self._models_dir = models_dir
        self._offline = offline
        self._stats = LlmStats()
        self._roles = Roles(settings, partial(usual_chain, offline=offline))
        inventory = Inventory.of(models_dir, settings.folders, data_dir)
        self._files = KnownModels(runtime, inventory)
        self._house = Residence(runtime, settings, inventory)
        self._pool = EnginePool(runtime.clock, engines, self._loaded, self._house, self._kept)
        self._cache = None if cache_dir is None else Answering(runtime, settings.cache, cache_dir)
        self._router = Router(runtime.clock, self._attempt)
        self._managing = Managing(
            runtime.clock,
            self._pool,
            self._house,
            self._roles,
            spec_of=self._spec,
            warm=self._warm_up,
        )

    def stats(self) -> dict[str, Any]:
        """The last figures as plain data."""
        states = self._router.breakers.states(self._runtime.clock.monotonic())
        return asdict(self._stats) | {"left_alone": states}

    async def run(self, ready: Ready) -> None:
        """Load, warm up, serve until cancelled, free the memory."""
        bus = self._runtime.bus
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._pool.close)
            if self._cache is not None:
                stack.push_async_callback(self._cache.close)
            for sentence, hint in remarks(self._settings, offline=self._offline):
                log.warning("settings_remark", reason=sentence, hint=hint)
            await self._first_load()
            await stack.enter_async_context(
                bus.serve(LLMRequestEvent, self._answer, name="llm", limit=WAITING_ROOM)
            )
            await stack.enter_async_context(bus.serve(CountTokensEvent, self._count, name="llm"))
            await stack.enter_async_context(bus.serve(ListModelsEvent, self._list, name="llm"))
            await stack.enter_async_context(bus.serve(ChooseModelEvent, self._choose, name="llm"))
            await stack.enter_async_context(bus.serve(ManageModelEvent, self._managing.manage, name="llm"))
            ready()
            self._tell_chains()
            async with anyio.create_task_group() as group:
                group.start_soon(self._files.run, name="llm:model-files")
                await self._know()
                await self._unload_idle()

    async def _first_load(self) -> None:
        """Load and warm the model that answers people. Where others may answer in its place, one that
        fails does not keep Solo from starting: the next is made ready instead."""
        chain = self._roles.chain("generation")
        for target in chain:
            try:
                async with self._pool.use(self._spec("generation", target)) as engine:
                    await self._warm_up(engine)
                    if target != chain[0]:
                        self._announce(engine)
                return
            except SoloError as error:
                if len(chain) == 1 or not goes_on(error):
                    raise
                log.warning("model_failed", target=target, code=error.code, reason=error.message)

    # -- engines -------------------------------------------------------------------------------

    def _spec(self, role: Role, target: str) -> EngineSpec:
        return spec_of(target, self._settings, role, self._models_dir, self._offline)

    def _first(self, role: Role) -> EngineSpec:
        """Of the model that is asked first for a role."""
        return self._spec(role, self._roles.chain(role)[0])

    def _kept(self) -> tuple[EngineSpec, ...]:
        """Who answers people is not unloaded for the sake of another."""
        return (self._first("generation"),)

    def _loaded(self, spec: EngineSpec, engine: LanguageModel, took: float) -> None:
        if self._cache is not None:
            self._cache.forget(spec)  # its file may be another by now
        if spec == self._pool.known(self._first("generation")):
            self._stats.load_ms = took
            self._announce(engine)

    def _announce(self, engine: LanguageModel) -> None:
        """This one answers people now."""
        stats, found = self._stats, engine.capabilities
        stats.engine, stats.model = engine.name, found.model
        stats.context, stats.concurrent = found.context, found.concurrent
        loaded = ModelReadyEvent(model=found.model, engine=engine.name, context=found.context)
        self._runtime.bus.publish(loaded)

    async def _know(self) -> None:
        """Let the cache look at the file of the model that answers people, before anybody waits for it."""
        spec = self._first("generation")
        engine = self._pool.engine(spec)
        if engine is not None and self._cache is not None:
            await self._cache.know(self._pool.known(spec), engine)

    async def _unload_idle(self) -> None:
        """Give back the memory of models that were needed for a while only."""
        minutes = self._settings.unload_minutes
        while True:
            await self._runtime.clock.sleep(max(MINUTE, minutes * MINUTE / 4))
            await self._pool.unload_idle(minutes * MINUTE, [self._first(role) for role in ROLES])

    async def _warm_up(self, engine: LanguageModel) -> None:
        """Let a local model read the system prompt, so that the first answer does not wait for it."""
        if not engine.capabilities.local:
            return
        started = self._runtime.clock.monotonic()
        settings = self._settings
        prompt = settings.prompts.system(settings.generation.system_prompt, channel="voice")
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
        stats = self._stats
        stats.requests += 1
        stats.running += 1
        over = False
        try:
            chain = self._roles.chain(request.role, request.model)
            async with aclosing(self._router.run(request, chain)) as answers:
                async for answer in answers:
                    if isinstance(answer, LLMResponseEvent):
                        over = True
                        self._account(request, answer)
                        self._note(answer)
                    yield answer
        except Exception:
            over = True
            stats.failed += 1
            raise
        finally:
            stats.running -= 1
            stats.cancelled += not over

    def _account(self, request: LLMRequestEvent, answer: LLMResponseEvent) -> None:
        used = LLMUsedEvent(
            owner=request.owner,
            turn=request.turn,
            role=request.role,
            **answer.model_dump(include=ACCOUNTED),
        )
        self._runtime.bus.publish(used)

    def _note(self, answer: LLMResponseEvent) -> None:
        for name in FIGURES:
            setattr(self._stats, name, getattr(answer, name))

    async def _attempt(self, request: LLMRequestEvent, target: str) -> AsyncGenerator[Answer, None]:
        """Let one model answer, or give the answer again that it gave before."""
        spec = self._spec(request.role, target)
        async with self._pool.use(spec) as engine:
            summary = self._settings.prompts.summary
            asked = self._fill_in(request, local=engine.capabilities.local)
            generation = await within_window(engine, asked, summary=summary)

            def fresh() -> AsyncGenerator[Answer, None]:
                repairs = self._settings.repairs
                return answered(Asking(request, generation, engine, spec, self._runtime, repairs, summary))

            cache, stands = self._cache, self._pool.known(spec)
            answers = cache.answers(request, generation, stands, engine, fresh) if cache else fresh()
            async with aclosing(answers):
                async for answer in answers:
                    yield answer

    async def _read(self, request: LLMRequestEvent) -> LLMResponseEvent:
        """Let a local model read; what another reads is gone when it has answered, and may cost."""
        target = self._roles.chain(request.role, request.model)[0]
        end = Finished("length")
        async with self._pool.use(self._spec(request.role, target)) as engine:
            model = engine.capabilities.model
            if engine.capabilities.local:
                reading = replace(self._fill_in(request, local=True), max_tokens=1)
                async with aclosing(engine.generate(reading)) as steps:
                    async for step in steps:
                        end = step if isinstance(step, Finished) else end
        return LLMResponseEvent(
            owner=request.owner,
            turn=request.turn,
            text="",
            finish="length",
            model=model,
            prompt_tokens=end.prompt_tokens,
            cached_tokens=end.cached_tokens,
        )

    def _fill_in(self, request: LLMRequestEvent, *, local: bool) -> Generation:
        role = role_settings(self._settings, request.role)
        spoken = local and request.dialogue is not None
        return Generation(
            messages=results_in_words(request.messages) if spoken else request.messages,
            max_tokens=role.max_tokens if request.max_tokens is None else request.max_tokens,
            temperature=role.temperature if request.temperature is None else request.temperature,
            dialogue=request.dialogue,
            seed=request.seed,
            stop=request.stop,
            priority=request.priority,
            sampling=request.sampling,
            tools=request.tools,
            tool_choice=request.tool_choice,
            shape=request.shape,
            logprobs=request.logprobs,
            owner=request.owner,
            deadline=request.deadline,
        )

    async def _count(self, request: CountTokensEvent) -> AsyncGenerator[Answer, None]:
        """By the model that is meant; by estimate where it cannot be asked: its window is known even so."""
        chain = self._roles.chain("generation", request.model)
        async with self._pool.use(self._spec("generation", self._router.likely(chain))) as engine:
            context, counts = engine.capabilities.context, tuple(map(estimate_tokens, request.texts))
            if engine.capabilities.counts_tokens:
                counts = await engine.count(request.texts)
        yield TokenCountEvent(owner=request.owner, counts=counts, context=context)

    # -- who answers ---------------------------------------------------------------------------

    async def _list(self, request: ListModelsEvent) -> AsyncGenerator[Answer, None]:
        entries, loaded = await self._files.entries(), self._pool.engines()
        found = await self._runtime.pool.run(offers, self._settings, self._models_dir, entries, loaded)
        yield ModelsEvent(owner=request.owner, models=found, roles=self._chains())

    async def _choose(self, request: ChooseModelEvent) -> AsyncGenerator[Answer, None]:
        """Load it first: who answered until now goes on when that fails."""
        target = target_of(request.model) if request.model else ""
        if target or request.role == "generation":
            wanted = target or configured(self._settings, request.role)[0]
            await self._managing.bring(request.role, self._spec(request.role, wanted))
        self._roles.choose(request.role, target)
        if request.role == "generation":
            async with self._pool.use(self._first("generation")) as engine:
                self._announce(engine)
        log.info("model_chosen", role=request.role, model=target or "as the settings say")
        self._tell_chains()
        yield ModelChosenEvent(owner=request.owner, chain=self._roles.seen(request.role, self._named))

    def _chains(self) -> tuple[RoleChain, ...]:
        return tuple(self._roles.seen(role, self._named) for role in ROLES)

    def _tell_chains(self) -> None:
        self._runtime.bus.publish(ChainsEvent(chains=self._chains()))

    def _named(self, target: str) -> str:
        """A target by the name of the model that it stands for, where that is known by now."""
        for role in ROLES:
            engine = self._pool.engine(self._spec(role, target))
            if engine is not None:
                return f"{target.partition(':')[0]}:{engine.capabilities.model}"
        return target
