"""A door with scripted owners behind it, called in process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx
import numpy as np

from app.api.dependencies import Deps
from app.events.dialogue import (
    DeleteDialogueEvent,
    DialogueDeletedEvent,
    DialogueLine,
    DialogueListEvent,
    DialogueNamedEvent,
    DialoguesEvent,
    ListDialoguesEvent,
    NameDialogueEvent,
    ReadDialoguesEvent,
    ReplyDeltaEvent,
    ReplyEvent,
    ReplyStepEvent,
    StoredMessageEvent,
    UserSaidEvent,
)
from app.events.llm import (
    Chance,
    ChooseModelEvent,
    EmbeddedEvent,
    EmbedEvent,
    ListModelsEvent,
    LLMQueuedEvent,
    LLMRequestEvent,
    LLMResponseEvent,
    LLMTokenEvent,
    ManageModelEvent,
    ModelChosenEvent,
    ModelManagedEvent,
    ModelOffer,
    ModelsEvent,
    ReadUsageEvent,
    RoleChain,
    ToolCall,
    Usage,
    UsageEvent,
)
from app.events.memory import ForgetEvent, ForgottenEvent, Memory, RecalledEvent, RecallEvent
from app.events.skills import CancelTimersEvent, ListTimersEvent, SetTimerEvent, Timer, TimersEvent
from app.events.voice import HeardWord, SpeakEvent, STTEvent, TranscribeEvent, TTSEvent
from app.kernel.errors import NotFound, SoloError
from app.kernel.lifecycle import ServiceStatus
from app.kernel.runtime import Runtime

TOKEN = "the-token-of-this-test-0123456789abcdef"
TIMER = Timer(
    id="t1", kind="timer", name="pasta", due_at="2026-01-01T00:10:00+00:00", left_seconds=60, seconds=600
)
USAGE = Usage(
    day="2026-01-01",
    role="generation",
    provider="openai",
    model="big",
    answers=2,
    cached_answers=0,
    prompt_tokens=100,
    cached_tokens=0,
    completion_tokens=10,
    cost=0.5,
)
BASE = "http://127.0.0.1:8765"
OFFERS = (
    ModelOffer(name="local:qwen", provider="local", model="qwen", loaded=True, context=8192, tools=True),
    ModelOffer(name="cloud:big", provider="cloud", model="big", local=False, price=(1.0, 2.0)),
)


@dataclass
class Scripted:
    """What answers behind the door. fails: raised by every owner; breaks: raised by dialogue after
    its first word; hold: owners wait for it."""

    runtime: Runtime
    fails: Exception | None = None
    breaks: SoloError | None = None
    hold: anyio.Event | None = None
    reply: tuple[str, ...] = ("Par", "is", ".")
    steps: tuple[ReplyStepEvent, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    asked: list[Any] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    async def _begin(self, request: Any) -> None:
        self.asked.append(request)
        if self.fails is not None:
            raise self.fails
        if self.hold is not None:
            await self.hold.wait()

    async def dialogue(self, request: UserSaidEvent) -> Any:
        try:
            await self._begin(request)
            for step in self.steps:
                yield step
            for piece in self.reply:
                yield ReplyDeltaEvent(text=piece)
                if self.breaks is not None:
                    await anyio.sleep(0.05)
                    raise self.breaks
            yield ReplyEvent(
                text="".join(self.reply),
                dialogue=request.dialogue or "d1",
                finish="stop",
                model="m",
                provider="local",
                prompt_tokens=7,
            )
        finally:
            self.ended.append(request.turn or "")

    async def speech(self, request: SpeakEvent) -> Any:
        stream = None if request.sink == "speaker" else self.runtime.streams.claim(request.sink)
        await self._begin(request)
        for index in range(3 if request.text.strip(".") else 0):
            yield TTSEvent(text="x", index=index, rate=22_050, start=index * 2205, samples=2205, took_ms=1)
            if stream is not None:
                await stream.send(np.full(2205, 0.25, np.float32))
        if stream is not None:
            stream.close()

    async def hearing(self, request: TranscribeEvent) -> Any:
        await self._begin(request)
        blocks = [block async for block in self.runtime.streams.claim(request.stream)]
        seconds = sum(len(block) for block in blocks) / 16_000
        words = (HeardWord("hello", 0.1, 0.4),) if request.words else ()
        yield STTEvent(
            text="hello", language=request.language or "en", seconds=seconds, took_ms=1, words=words
        )

    async def model(self, request: LLMRequestEvent) -> Any:
        try:
            await self._begin(request)
            yield LLMQueuedEvent(position=1)
            for piece in () if self.calls else self.reply:
                chance = Chance(token=piece, logprob=-0.5, instead=((piece, -0.5), ("x", -1.5)))
                yield LLMTokenEvent(text=piece, chances=() if request.logprobs is None else (chance,))
                if self.breaks is not None:
                    await anyio.sleep(0.05)
                    raise self.breaks
            yield LLMResponseEvent(
                text="" if self.calls else "".join(self.reply),
                finish="tool_calls" if self.calls else "stop",
                model="qwen",
                provider="local",
                tool_calls=self.calls,
                prompt_tokens=7,
                cached_tokens=2,
                completion_tokens=3,
            )
        finally:
            self.ended.append(request.dialogue or "")

    async def models(self, request: ListModelsEvent) -> Any:
        await self._begin(request)
        yield ModelsEvent(models=OFFERS, roles=(RoleChain(role="generation", targets=("local:qwen",)),))

    async def choosing(self, request: ChooseModelEvent) -> Any:
        await self._begin(request)
        if request.model not in {offer.name for offer in OFFERS}:
            raise NotFound(f"There is no model {request.model!r}.")
        yield ModelChosenEvent(chain=RoleChain(role=request.role, targets=(request.model,), chosen=True))

    async def managing(self, request: ManageModelEvent) -> Any:
        await self._begin(request)
        name = request.model or "local:qwen"
        if name not in {offer.name for offer in OFFERS}:
            raise NotFound(f"There is no model {request.model!r}.")
        there = request.action != "unload"
        yield ModelManagedEvent(model=name, engine="scripted" * there, loaded=there, context=4096 * there)

    async def embedding(self, request: EmbedEvent) -> Any:
        await self._begin(request)
        yield EmbeddedEvent(vectors=tuple((0.6, 0.8) for _ in request.texts), model="scripted-vectors")

    async def recall(self, request: RecallEvent) -> Any:
        await self._begin(request)
        line = Memory(id="m1", text="Ada is a sister", created_at="2026-01-01T00:00:00Z", score=0.9)
        yield RecalledEvent(memories=(line,), took_ms=2, index="scripted")

    async def forget(self, request: ForgetEvent) -> Any:
        await self._begin(request)
        yield ForgottenEvent(count=len(request.ids))

    async def usage(self, request: ReadUsageEvent) -> Any:
        await self._begin(request)
        yield UsageEvent(usage=(USAGE,))

    async def timers(self, request: ListTimersEvent) -> Any:
        await self._begin(request)
        yield TimersEvent(timers=(TIMER,))

    async def history(self, request: ReadDialoguesEvent) -> Any:
        await self._begin(request)
        yield DialoguesEvent(
            messages=(
                StoredMessageEvent(
                    id="1", dialogue="d1", role="user", content="hi", channel="api", created_at="2026-01-01"
                ),
            )
        )

    async def dialogues(self, request: ListDialoguesEvent) -> Any:
        await self._begin(request)
        line = DialogueLine(
            dialogue="d1", name="the trip", begins="hi", messages=2, channel="api", at="2026-01-01"
        )
        yield DialogueListEvent(dialogues=(line,))

    async def name(self, request: NameDialogueEvent) -> Any:
        await self._begin(request)
        yield DialogueNamedEvent(dialogue=request.dialogue, name=request.name)

    async def delete(self, request: DeleteDialogueEvent) -> Any:
        await self._begin(request)
        yield DialogueDeletedEvent(dialogue=request.dialogue, messages=2, memories=1)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        owners = {
            UserSaidEvent: self.dialogue,
            SpeakEvent: self.speech,
            TranscribeEvent: self.hearing,
            RecallEvent: self.recall,
            ForgetEvent: self.forget,
            ReadDialoguesEvent: self.history,
            LLMRequestEvent: self.model,
            ListModelsEvent: self.models,
            ChooseModelEvent: self.choosing,
            ManageModelEvent: self.managing,
            EmbedEvent: self.embedding,
            ListDialoguesEvent: self.dialogues,
            NameDialogueEvent: self.name,
            DeleteDialogueEvent: self.delete,
            ReadUsageEvent: self.usage,
            ListTimersEvent: self.timers,
            SetTimerEvent: self.timers,
            CancelTimersEvent: self.timers,
        }
        async with AsyncExitStack() as stack:
            for kind, handler in owners.items():
                await stack.enter_async_context(self.runtime.bus.serve(kind, handler, name="scripted"))
            yield


@dataclass
class House:
    """The app, a client with the token, and the means to change what /status says."""

    deps: Deps
    app: Any
    client: httpx.AsyncClient
    scripted: Scripted
    services: list[ServiceStatus]

    def stranger(self, **headers: str) -> httpx.AsyncClient:
        """A client without a token."""
        return client(self.app, headers)


def client(app: Any, headers: dict[str, str]) -> httpx.AsyncClient:
    """An HTTP client of the application, without a network."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers)


MakeHouse = Callable[..., AbstractAsyncContextManager[House]]


async def until(condition: Callable[[], Any]) -> None:
    """Wait until it is so."""
    with anyio.fail_after(30):
        while not condition():  # noqa: ASYNC110  (what is waited for happens in the code under test)
            await anyio.sleep(0.01)
