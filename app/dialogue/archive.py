"""What people do with their dialogues besides talking: read, list, search, name and delete them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from app.db.engine import Database
from app.dialogue.shelf import Shelf
from app.dialogue.turns import Queues
from app.events.base import Answer
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
    StoredMessageEvent,
)
from app.events.memory import ForgetEvent, ForgottenEvent
from app.kernel.bus import Bus
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime

log = structlog.get_logger("solo.dialogue")


class Archive:
    """Owns their requests. queues: a dialogue is deleted when it is its turn; gone: told which one is."""

    def __init__(self, bus: Bus, shelf: Shelf, queues: Queues, gone: Callable[[str], None]) -> None:
        self._bus = bus
        self._shelf = shelf
        self._queues = queues
        self._gone = gone

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator[None]:
        """Answer while the context is open."""
        async with AsyncExitStack() as stack:
            for served in (
                self._bus.serve(ReadDialoguesEvent, self._read, name="dialogue"),
                self._bus.serve(ListDialoguesEvent, self._list, name="dialogue"),
                self._bus.serve(NameDialogueEvent, self._name, name="dialogue"),
                self._bus.serve(DeleteDialogueEvent, self._delete, name="dialogue"),
            ):
                await stack.enter_async_context(served)
            yield

    async def _read(self, asked: ReadDialoguesEvent) -> AsyncGenerator[Answer, None]:
        lines = await self._shelf.messages(asked.owner, max(0, asked.limit), asked.dialogue, asked.words)
        messages = tuple(
            StoredMessageEvent(
                owner=asked.owner,
                turn=line.turn,
                id=line.id,
                dialogue=line.dialogue,
                role=line.role,
                content=line.content,
                channel=line.channel,
                created_at=line.created_at.isoformat(),
                unheard=line.unheard,
                finish=line.finish,
            )
            for line in lines
        )
        yield DialoguesEvent(owner=asked.owner, messages=messages)

    async def _list(self, asked: ListDialoguesEvent) -> AsyncGenerator[Answer, None]:
        kept = await self._shelf.all(asked.owner, max(0, asked.limit))
        lines = tuple(
            DialogueLine(
                dialogue=one.dialogue,
                name=one.name,
                begins=one.begins,
                messages=one.messages,
                channel=one.channel,
                at=one.at.isoformat(),
            )
            for one in kept
        )
        yield DialogueListEvent(owner=asked.owner, dialogues=lines)

    async def _name(self, asked: NameDialogueEvent) -> AsyncGenerator[Answer, None]:
        name = await self._shelf.name(asked.owner, asked.dialogue, asked.name)
        yield DialogueNamedEvent(owner=asked.owner, dialogue=asked.dialogue, name=name)

    async def _delete(self, asked: DeleteDialogueEvent) -> AsyncGenerator[Answer, None]:
        owner, dialogue = asked.owner, asked.dialogue
        async with self._queues.join(dialogue):
            await self._shelf.check(owner, dialogue)
            memories = await self._forget(owner, dialogue)
            messages = await self._shelf.delete(owner, dialogue)
            self._gone(dialogue)
        log.info("dialogue_deleted", messages=messages, memories=memories)
        yield DialogueDeletedEvent(owner=owner, dialogue=dialogue, messages=messages, memories=memories)

    async def _forget(self, owner: str, dialogue: str) -> int:
        """Memory has an index besides the rows; where it does not run, the rows go with the messages."""
        if self._bus.owner_of(ForgetEvent) is None:
            return 0
        done = await self._bus.request(ForgetEvent(owner=owner, dialogue=dialogue), ForgottenEvent)
        return done.count


class ArchiveService:
    """The archive where nobody is answered: for commands that only look at what was said."""

    def __init__(self, runtime: Runtime, database: Database) -> None:
        self._archive = Archive(runtime.bus, Shelf(database), Queues(), lambda _: None)

    async def run(self, ready: Ready) -> None:
        """Answer until cancelled."""
        async with self._archive.serving():
            ready()
            await asyncio.get_running_loop().create_future()
