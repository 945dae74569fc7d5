"""What the dialogue service keeps in mind between turns: who waits for whom, what was spoken last."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from app.events.dialogue import Finish
from app.events.llm import LLMResponseEvent


@dataclass(slots=True)
class Reply:
    """A reply while it is written. finish: as things stand if nothing more comes."""

    text: str = ""
    finish: Finish | Literal["failed"] = "failed"
    response: LLMResponseEvent | None = None


@dataclass(slots=True)
class _Queue:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Queues:
    """One waiting line for each dialogue: its turns follow each other, other dialogues go on."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def turn(self, dialogue: str) -> AsyncGenerator[None]:
        """Wait for those who came before, in order."""
        queue = self._queues.setdefault(dialogue, _Queue())
        queue.users += 1
        try:
            async with queue.lock:
                yield
        finally:
            queue.users -= 1
            if not queue.users:
                del self._queues[dialogue]

    def __len__(self) -> int:
        return len(self._queues)


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
