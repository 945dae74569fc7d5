"""All the dialogues of a person: listed, searched, named, taken away.

The history writes them; here they are looked at as wholes. Every query is for one owner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.tables import DialogueNameRow, MemoryRow, MessageRow
from app.dialogue.context import Line
from app.dialogue.history import line_of, no_dialogue
from app.kernel.errors import BadInput

BEGINNING = 120
"""Characters of the first message that a list shows."""
LONGEST_NAME = 100
MOST_WORDS = 16
"""Words of a search that are looked at."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A dialogue of somebody's."""

    dialogue: str
    name: str
    begins: str
    messages: int
    channel: str
    at: datetime


class Shelf:
    """See the module."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, owner: str, limit: int) -> list[Kept]:
        """The dialogues in which something was said last, the latest first."""
        mine = (
            select(
                MessageRow.dialogue_id,
                func.count().label("messages"),
                func.max(MessageRow.created_at).label("at"),
            )
            .where(MessageRow.owner_id == owner)
            .group_by(MessageRow.dialogue_id)
            .subquery()
        )
        query = (
            select(
                MessageRow.id,
                DialogueNameRow.name,
                func.substr(MessageRow.content, 1, BEGINNING),
                mine.c.messages,
                MessageRow.channel,
                mine.c.at,
            )
            .join(mine, MessageRow.id == mine.c.dialogue_id)
            .outerjoin(DialogueNameRow, DialogueNameRow.dialogue_id == MessageRow.id)
            .where(MessageRow.owner_id == owner)
            .order_by(mine.c.at.desc(), MessageRow.id.desc())
            .limit(limit)
        )
        async with self._database.session() as session:
            rows = (await session.execute(query)).all()
        return [Kept(row[0], row[1] or "", row[2], row[3], row[4], row[5]) for row in rows]

    async def messages(
        self, owner: str, limit: int, dialogue: str | None = None, words: str = ""
    ) -> list[Line]:
        """The newest messages of the owner, of one dialogue, with all of these words; oldest first."""
        query = select(MessageRow).where(MessageRow.owner_id == owner)
        if dialogue is not None:
            query = query.where(MessageRow.dialogue_id == dialogue)
        for word in words.split()[:MOST_WORDS]:
            query = query.where(_holds(word))
        query = query.order_by(MessageRow.created_at.desc(), MessageRow.sequence.desc()).limit(limit)
        async with self._database.session() as session:
            rows = (await session.execute(query)).scalars().all()
        return [line_of(row) for row in reversed(rows)]

    async def name(self, owner: str, dialogue: str, name: str) -> str:
        """Call it so; what it is called then. Raises NotFound, BadInput (too long, or taken)."""
        name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
        if len(name) > LONGEST_NAME:
            raise BadInput(f"A name may have {LONGEST_NAME} characters.")
        async with self._database.write() as session:
            await _check(session, owner, dialogue)
            mine = select(DialogueNameRow).where(DialogueNameRow.owner_id == owner)
            rows = {row.dialogue_id: row for row in (await session.execute(mine)).scalars()}
            own = rows.pop(dialogue, None)
            if name and name.casefold() in {row.name.casefold() for row in rows.values()}:
                raise BadInput(f"Another conversation is called {name!r} already.")
            if own is not None:
                await session.delete(own)
                await session.flush()
            if name:
                session.add(DialogueNameRow(dialogue_id=dialogue, owner_id=owner, name=name))
        return name

    async def check(self, owner: str, dialogue: str) -> None:
        """Raise NotFound when the owner has no such dialogue."""
        async with self._database.session() as session:
            await _check(session, owner, dialogue)

    async def delete(self, owner: str, dialogue: str) -> int:
        """Take it away, and what is remembered of it; how many messages there were. Raises NotFound."""
        async with self._database.write() as session:
            await _check(session, owner, dialogue)
            remembered = MemoryRow.owner_id == owner, MemoryRow.dialogue_id == dialogue
            if await _deleted(session, delete(MemoryRow).where(*remembered)):
                # Merged, the text index holds no word that no row has any more.
                await session.execute(text("INSERT INTO memories_fts(memories_fts) VALUES ('optimize')"))
            mine = MessageRow.owner_id == owner, MessageRow.dialogue_id == dialogue
            count = await _deleted(session, delete(MessageRow).where(*mine))
        await self._database.shrink()
        return count


async def _check(session: AsyncSession, owner: str, dialogue: str) -> None:
    first = select(MessageRow.id).where(MessageRow.owner_id == owner, MessageRow.id == dialogue)
    if (await session.execute(first.where(MessageRow.sequence == 1))).first() is None:
        raise no_dialogue(dialogue)


async def _deleted(session: AsyncSession, statement: Any) -> int:
    result = await session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0


def _holds(word: str) -> ColumnElement[bool]:
    """Whether a message has the word, in the ways of writing it that SQLite would tell apart."""
    ways = {word, word.lower(), word.upper(), word.capitalize()}
    return or_(*(MessageRow.content.contains(way, autoescape=True) for way in sorted(ways)))
