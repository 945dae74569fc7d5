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
    DialoguesEvent,
    ReadDialoguesEvent,
    ReplyDeltaEvent,
    ReplyEvent,
    StoredMessageEvent,
    UserSaidEvent,
)
from app.events.memory import ForgetEvent, ForgottenEvent, Memory, RecalledEvent, RecallEvent
from app.events.skills import CancelTimersEvent, ListTimersEvent, SetTimerEvent, Timer, TimersEvent
from app.events.voice import SpeakEvent, STTEvent, TranscribeEvent, TTSEvent
from app.kernel.errors import SoloError
from app.kernel.lifecycle import ServiceStatus
from app.kernel.runtime import Runtime

TOKEN = "the-token-of-this-test-0123456789abcdef"
TIMER = Timer(
    id="t1", kind="timer", name="pasta", due_at="2026-01-01T00:10:00+00:00", left_seconds=60, seconds=600
)
BASE = "http://127.0.0.1:8765"


@dataclass
class Scripted:
    """What answers behind the door. fails: raised by every owner; breaks: raised by dialogue after
    its first word; hold: owners wait for it."""

    runtime: Runtime
    fails: Exception | None = None
    breaks: SoloError | None = None
    hold: anyio.Event | None = None
    reply: tuple[str, ...] = ("Par", "is", ".")
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
            for piece in self.reply:
                yield ReplyDeltaEvent(text=piece)
                if self.breaks is not None:
                    await anyio.sleep(0.05)
                    raise self.breaks
            yield ReplyEvent(
                text="".join(self.reply), dialogue=request.dialogue or "d1", finish="stop", model="m"
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
        yield STTEvent(text="hello", language=request.language or "en", seconds=seconds, took_ms=1)

    async def recall(self, request: RecallEvent) -> Any:
        await self._begin(request)
        line = Memory(id="m1", text="Ada is a sister", created_at="2026-01-01T00:00:00Z", score=0.9)
        yield RecalledEvent(memories=(line,), took_ms=2, index="scripted")

    async def forget(self, request: ForgetEvent) -> Any:
        await self._begin(request)
        yield ForgottenEvent(count=len(request.ids))

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

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        owners = {
            UserSaidEvent: self.dialogue,
            SpeakEvent: self.speech,
            TranscribeEvent: self.hearing,
            RecallEvent: self.recall,
            ForgetEvent: self.forget,
            ReadDialoguesEvent: self.history,
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
