"""A language model and a memory for the dialogue service to ask: owners of their requests."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import anyio

from app.config.settings import Settings
from app.db.engine import Database
from app.dialogue.service import DialogueService
from app.events.base import Answer
from app.events.dialogue import ReplyDeltaEvent, ReplyEvent, UserSaidEvent
from app.events.llm import LLMRequestEvent, LLMResponseEvent, LLMTokenEvent
from app.events.memory import Memory, RecalledEvent, RecallEvent
from app.kernel.errors import SoloError
from app.kernel.runtime import Runtime


@dataclass
class Model:
    """Answers with words; `gate` holds it before the word of that number."""

    words: list[str] = field(default_factory=lambda: ["Paris", " it", " is."])
    error: SoloError | None = None
    gate: anyio.Event | None = None
    gate_at: int = 1
    asked: list[LLMRequestEvent] = field(default_factory=list)
    reached: anyio.Event = field(default_factory=anyio.Event)
    running: int = 0
    most_running: int = 0

    async def serve(self, request: LLMRequestEvent) -> AsyncGenerator[Answer, None]:
        self.asked.append(request)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            for position, word in enumerate(self.words):
                if self.gate is not None and position == self.gate_at:
                    self.reached.set()
                    await self.gate.wait()
                yield LLMTokenEvent(text=word)
            if self.error is not None:
                await anyio.sleep(0.02)  # an error overtakes the words that wait; let them arrive
                raise self.error
            yield LLMResponseEvent(
                text="".join(self.words), finish="stop", model="scripted", completion_tokens=len(self.words)
            )
        finally:
            self.running -= 1


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what has no event of its own."""
    with anyio.fail_after(5):
        while not await true():  # noqa: ASYNC110  (nothing announces it)
            await anyio.sleep(0.002)


@dataclass
class Recall:
    lines: list[str] = field(default_factory=list)
    error: SoloError | None = None
    wait: float = 0
    asked: list[RecallEvent] = field(default_factory=list)

    async def serve(self, request: RecallEvent) -> AsyncGenerator[Answer, None]:
        self.asked.append(request)
        await anyio.sleep(self.wait)
        if self.error is not None:
            raise self.error
        memories = [Memory(id=str(i), text=text, created_at="") for i, text in enumerate(self.lines)]
        yield RecalledEvent(memories=tuple(memories))


@asynccontextmanager
async def running(
    runtime: Runtime,
    settings: Settings,
    database: Database,
    model: Model | None,
    recall: Recall | None = None,
) -> AsyncGenerator[Callable[..., object]]:
    async with AsyncExitStack() as stack:
        if model is not None:
            await stack.enter_async_context(
                runtime.bus.serve(LLMRequestEvent, model.serve, name="llm", limit=64)
            )
        if recall is not None:
            await stack.enter_async_context(runtime.bus.serve(RecallEvent, recall.serve, name="memory"))
        group = await stack.enter_async_context(anyio.create_task_group())
        ready = anyio.Event()
        group.start_soon(DialogueService(runtime, settings, database).run, ready.set)
        await ready.wait()
        yield ready.set
        group.cancel_scope.cancel()


async def say(runtime: Runtime, text: str, **how: object) -> tuple[list[str], ReplyEvent]:
    how = {"channel": "shell", "turn": runtime.clock.new_id(), **how}
    deltas: list[str] = []
    async with runtime.bus.ask(UserSaidEvent(text=text, **how)) as answers:  # type: ignore[arg-type]
        async for answer in answers:
            if isinstance(answer, ReplyDeltaEvent):
                deltas.append(answer.text)
            elif isinstance(answer, ReplyEvent):
                return deltas, answer
    raise AssertionError("no reply")
