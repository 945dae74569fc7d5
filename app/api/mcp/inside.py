"""The Solo of this process, by its bus."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, TypeVar

from app.api.asking import asked, within
from app.api.conversations import SessionLine
from app.api.mcp.house import Tell
from app.api.pieces import AskDelta, step
from app.api.schemas import AskReply, MemoryLine, MessageLine
from app.config.settings import Settings
from app.events.base import Answer, Request
from app.events.dialogue import (
    DialogueListEvent,
    DialoguesEvent,
    ListDialoguesEvent,
    ReadDialoguesEvent,
    ReplyDeltaEvent,
    ReplyEvent,
    ReplyStepEvent,
    UserSaidEvent,
)
from app.events.llm import ToolCall
from app.events.memory import RecalledEvent, RecallEvent
from app.events.tools import (
    CallToolEvent,
    ListToolServersEvent,
    ListToolsEvent,
    Tool,
    ToolResultEvent,
    ToolServer,
    ToolServersEvent,
    ToolsEvent,
)
from app.events.voice import SpeakEvent, TTSEvent
from app.kernel.errors import Interrupted, Unavailable
from app.kernel.runtime import Runtime

A = TypeVar("A", bound=Answer)

ANY_LENGTH: Final = 1_000_000
"""Tokens: what is read by other programs is not bound by the room in a prompt."""
SEARCH_MS: Final = 3_000.0


class Inside:
    """See the module and House. speaker: raises when the loudspeaker is away; None: there is none."""

    def __init__(
        self, runtime: Runtime, settings: Settings, speaker: Callable[[], None] | None = None
    ) -> None:
        self._runtime = runtime
        self._api = settings.api
        self._speaker = speaker
        self.speaks = speaker is not None

    async def tools(self) -> tuple[Tool, ...]:
        if self._runtime.bus.owner_of(ListToolsEvent) is None:
            return ()
        return (await self._one(ListToolsEvent(), ToolsEvent)).tools

    async def servers(self) -> tuple[ToolServer, ...]:
        if self._runtime.bus.owner_of(ListToolServersEvent) is None:
            return ()
        return (await self._one(ListToolServersEvent(), ToolServersEvent)).servers

    async def call(self, name: str, arguments: dict[str, Any], ticket: str = "") -> ToolResultEvent:
        new_id = self._runtime.clock.new_id
        call = ToolCall(id=new_id(), name=name, arguments=json.dumps(arguments, ensure_ascii=False))
        return await self._one(CallToolEvent(call=call, ticket=ticket, turn=new_id()), ToolResultEvent)

    async def ask(self, text: str, dialogue: str | None, tell: Tell) -> AskReply:
        turn = self._runtime.clock.new_id()
        said = UserSaidEvent(text=within(text, self._api), channel="api", dialogue=dialogue, turn=turn)
        reply: ReplyEvent | None = None
        async with self._runtime.bus.ask(said, timeout=self._api.timeout_seconds) as answers:
            async for answer in answers:
                if isinstance(answer, ReplyDeltaEvent):
                    await tell(AskDelta(text=answer.text))
                elif isinstance(answer, ReplyStepEvent):
                    await tell(step(answer))
                elif isinstance(answer, ReplyEvent):
                    reply = answer
        if reply is None:
            raise Interrupted("The answer broke off.")
        return asked(turn, reply)

    async def say(self, text: str) -> float:
        if self._speaker is None:
            raise Unavailable("There is no loudspeaker here.", hint="Start Solo: solo run")
        self._speaker()
        speak = SpeakEvent(text=within(text, self._api), turn=self._runtime.clock.new_id())
        seconds = 0.0
        async with self._runtime.bus.ask(speak, timeout=self._api.timeout_seconds) as answers:
            async for answer in answers:
                if isinstance(answer, TTSEvent):
                    seconds += answer.samples / answer.rate
        return seconds

    async def dialogues(self, limit: int) -> tuple[SessionLine, ...]:
        found = await self._one(ListDialoguesEvent(limit=limit), DialogueListEvent)
        return tuple(SessionLine(**one.model_dump()) for one in found.dialogues)

    async def messages(self, dialogue: str, limit: int) -> tuple[MessageLine, ...]:
        found = await self._one(ReadDialoguesEvent(limit=limit, dialogue=dialogue), DialoguesEvent)
        kept = set(MessageLine.model_fields)
        return tuple(MessageLine(**one.model_dump(include=kept)) for one in found.messages)

    async def recall(self, words: str, limit: int) -> tuple[MemoryLine, ...]:
        wanted = RecallEvent(
            query=words, limit=limit, budget_tokens=ANY_LENGTH, budget_ms=SEARCH_MS, loose=True
        )
        found = await self._one(wanted, RecalledEvent)
        kept = set(MemoryLine.model_fields)
        return tuple(MemoryLine(**one.model_dump(include=kept)) for one in found.memories)

    async def _one(self, request: Request, kind: type[A]) -> A:
        return await self._runtime.bus.request(request, kind, timeout=self._api.timeout_seconds)
