"""What the dialogue service keeps in mind between turns: who waits for whom, what was spoken last."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from app.dialogue.steps import Step
from app.events.dialogue import Finish
from app.events.llm import LLMResponseEvent


@dataclass(slots=True)
class Reply:
    """A reply while it is written. finish: as things stand if nothing more comes. skill: what gave it,
    empty for the language model. steps: what tools did for it."""

    text: str = ""
    finish: Finish | Literal["failed"] = "failed"
    response: LLMResponseEvent | None = None
    skill: str = ""
    steps: list[Step] = field(default_factory=list[Step])


class Queues:
    """One waiting line for each dialogue: its turns follow each other, other dialogues go on."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[asyncio.Event]] = {}

    def join(self, dialogue: str) -> AbstractAsyncContextManager[None]:
        """Take the last place in the line now; entering waits until it is the first."""
        place = asyncio.Event()
        line = self._lines.setdefault(dialogue, deque())
        line.append(place)
        line[0].set()
        return self._turn(dialogue, line, place)

    @asynccontextmanager
    async def _turn(
        self, dialogue: str, line: deque[asyncio.Event], place: asyncio.Event
    ) -> AsyncGenerator[None]:
        try:
            await place.wait()
            yield
        finally:
            line.remove(place)
            if line:
                line[0].set()
            else:
                del self._lines[dialogue]

    def __len__(self) -> int:
        return len(self._lines)


class Recent:
    """Of the last turns, the dialogue that each belonged to."""

    def __init__(self, size: int = 256) -> None:
        self._size = size
        self._dialogues: OrderedDict[tuple[str, str], str] = OrderedDict()

    def add(self, owner: str, turn: str, dialogue: str) -> None:
        self._dialogues[owner, turn] = dialogue
        while len(self._dialogues) > self._size:
            self._dialogues.popitem(last=False)

    def get(self, owner: str, turn: str) -> str | None:
        return self._dialogues.get((owner, turn))


@dataclass(frozen=True, slots=True)
class Latest:
    """The dialogue that a channel had last, and when something was said in it."""

    dialogue: str
    at: datetime

    def continues(self, now: datetime, idle_minutes: float) -> bool:
        """Is what is said now a part of it?"""
        return now - self.at <= timedelta(minutes=idle_minutes)
