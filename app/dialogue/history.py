"""The history: messages as a doubly linked list in one table, appended atomically."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.tables import MessageRow
from app.dialogue.context import Line, broken_off
from app.dialogue.steps import Step, read, written
from app.kernel.clock import Clock
from app.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it has its place. sent: None when it is sent as it was said."""

    role: Literal["user", "assistant"]
    content: str
    channel: str
    turn: str
    sent: str | None = None
    finish: str = ""
    model: str = ""
    tokens: int = 0
    window_start: int = 1
    steps: tuple[Step, ...] = ()


class History:
    """Reads and writes the messages of people; every query is for one owner."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, owner: str, draft: Draft, dialogue: str) -> Line:
        """The first message of a new dialogue, whose id (`dialogue`) it gets."""
        row = self._row(owner, draft, id=dialogue, dialogue_id=dialogue, sequence=1)
        async with self._database.write() as session:
            session.add(row)
        return line_of(row)

    async def append(self, owner: str, draft: Draft, dialogue: str) -> Line:
        """Put a message behind the last one. Raises NotFound when the owner has no such dialogue.

        Any number of writers may do so at once: none is lost, the list never forks.
        """
        async with self._database.write() as session:
            last = await self._last(session, owner, dialogue)
            row = self._row(
                owner,
                draft,
                id=self._clock.new_id(),
                dialogue_id=dialogue,
                sequence=last.sequence + 1,
                previous_id=last.id,
            )
            session.add(row)
            await session.flush()
            last.next_id = row.id
        return line_of(row)

    async def _last(self, session: AsyncSession, owner: str, dialogue: str) -> MessageRow:
        query = (
            select(MessageRow)
            .where(MessageRow.owner_id == owner, MessageRow.dialogue_id == dialogue)
            .order_by(MessageRow.sequence.desc())
            .limit(1)
        )
        last = (await session.execute(query)).scalar_one_or_none()
        if last is None:
            raise no_dialogue(dialogue)
        return last

    def _row(self, owner: str, draft: Draft, **place: Any) -> MessageRow:
        return MessageRow(
            owner_id=owner,
            role=draft.role,
            content=draft.content,
            sent=draft.content if draft.sent is None else draft.sent,
            unheard="",
            channel=draft.channel,
            turn_id=draft.turn,
            finish=draft.finish,
            model=draft.model,
            tokens=draft.tokens,
            window_start=draft.window_start,
            steps=written(draft.steps),
            created_at=self._clock.now(),
            **place,
        )

    async def load(self, owner: str, dialogue: str) -> list[Line]:
        """The part of a dialogue that its last turn showed the model, and what came since."""
        mine = (MessageRow.owner_id == owner, MessageRow.dialogue_id == dialogue)
        start = (
            select(MessageRow.window_start)
            .where(*mine, MessageRow.role == "user")
            .order_by(MessageRow.sequence.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = select(MessageRow).where(*mine, MessageRow.sequence >= func.coalesce(start, 1))
        async with self._database.session() as session:
            rows = (await session.execute(query.order_by(MessageRow.sequence))).scalars()
            return [line_of(row) for row in rows]

    async def latest(self, owner: str, limit: int, dialogue: str | None = None) -> list[Line]:
        """The newest messages of the owner (of one dialogue), oldest first."""
        query = select(MessageRow).where(MessageRow.owner_id == owner)
        if dialogue is not None:
            query = query.where(MessageRow.dialogue_id == dialogue)
        query = query.order_by(MessageRow.created_at.desc(), MessageRow.sequence.desc()).limit(limit)
        async with self._database.session() as session:
            rows = (await session.execute(query)).scalars().all()
        return [line_of(row) for row in reversed(rows)]

    async def last_spoken(self, owner: str, channel: str) -> tuple[str, datetime] | None:
        """The dialogue that a channel had last, and when."""
        query = (
            select(MessageRow.dialogue_id, MessageRow.created_at)
            .where(MessageRow.owner_id == owner, MessageRow.channel == channel)
            .order_by(MessageRow.created_at.desc(), MessageRow.sequence.desc())
            .limit(1)
        )
        async with self._database.session() as session:
            row = (await session.execute(query)).first()
        return (row[0], row[1]) if row else None

    async def amend(self, owner: str, line: Line, **values: Any) -> None:
        """Fill in what was not known when the line was written: sent, tokens, window_start, finish."""
        query = update(MessageRow).where(MessageRow.owner_id == owner, MessageRow.id == line.id)
        async with self._database.write() as session:
            await session.execute(query.values(**values))

    async def heard(self, owner: str, turn: str, heard: str, unheard: str) -> None:
        """Of the reply of a turn only this was heard: from now on it is what was said."""
        query = update(MessageRow).where(
            MessageRow.owner_id == owner, MessageRow.turn_id == turn, MessageRow.role == "assistant"
        )
        values = {"content": heard, "unheard": unheard, "sent": broken_off(heard)}
        async with self._database.write() as session:
            await session.execute(query.values(**values))


def no_dialogue(dialogue: str) -> NotFound:
    """What is said when an owner has no such dialogue."""
    return NotFound(f"There is no dialogue {dialogue}.", hint="Leave it out to begin a new one.")


def line_of(row: MessageRow) -> Line:
    """A row as the rules of a prompt take it."""
    role: Literal["user", "assistant"] = "user" if row.role == "user" else "assistant"
    return Line(
        id=row.id,
        dialogue=row.dialogue_id,
        sequence=row.sequence,
        role=role,
        content=row.content,
        sent=row.sent,
        channel=row.channel,
        turn=row.turn_id,
        created_at=row.created_at,
        unheard=row.unheard,
        finish=row.finish,
        model=row.model,
        tokens=row.tokens,
        window_start=row.window_start,
        steps=read(row.steps),
    )
