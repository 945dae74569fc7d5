"""The rows of memory: every query is for one owner, but for the upkeep that shows nothing to anyone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, delete, exists, insert, or_, select, text
from sqlalchemy.dialects.sqlite import insert as insert_or

from app.db.engine import Database
from app.db.tables import ForgottenRow, MemoryRow, MessageRow, VectorRow
from app.kernel.clock import Clock
from app.memory.port import Hit
from app.memory.recall import Found
from app.memory.words import match, parts

PAGE = 500
"""Rows at a time; SQLite takes a limited number of values in one statement."""

Speaker = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class Said:
    """Something to be remembered."""

    owner: str
    turn: str
    dialogue: str
    speaker: Speaker
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Unread:
    """A memory without a vector."""

    id: str
    owner: str
    text: str


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors of one owner: shape (len(ids), dimensions)."""

    owner: str
    ids: list[str]
    vectors: NDArray[np.float32]


class Store:
    """Memories, their text index and their vectors, in SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    # -- keeping -------------------------------------------------------------------------------

    async def add(self, said: Sequence[Said]) -> None:
        """Keep what was said; what is kept already stays as it is."""
        rows = [
            {
                "id": self._clock.new_id(),
                "owner_id": one.owner,
                "text": part,
                "speaker": one.speaker,
                "part": number,
                "turn_id": one.turn,
                "dialogue_id": one.dialogue,
                "created_at": one.created_at,
            }
            for one in said
            for number, part in enumerate(parts(one.text))
        ]
        if rows:
            async with self._database.write() as session:
                for start in range(0, len(rows), PAGE):
                    await session.execute(
                        insert_or(MemoryRow).on_conflict_do_nothing(), rows[start : start + PAGE]
                    )

    async def missed(self, limit: int) -> list[Said]:
        """Messages of the history that are neither kept nor forgotten: Solo died in between."""
        same = and_(MemoryRow.owner_id == MessageRow.owner_id, MemoryRow.turn_id == MessageRow.turn_id)
        kept = exists().where(same, MemoryRow.speaker == MessageRow.role)
        gone = exists().where(
            ForgottenRow.owner_id == MessageRow.owner_id,
            ForgottenRow.turn_id == MessageRow.turn_id,
            ForgottenRow.speaker == MessageRow.role,
        )
        whole = or_(MessageRow.role == "user", MessageRow.finish.in_(("", "length")))
        query = (
            select(MessageRow)
            .where(whole, MessageRow.content != "", ~kept, ~gone)
            .order_by(MessageRow.created_at)
            .limit(limit)
        )
        async with self._database.session() as session:
            rows = (await session.execute(query)).scalars().all()
        return [
            Said(row.owner_id, row.turn_id, row.dialogue_id, _speaker(row.role), row.content, row.created_at)
            for row in rows
        ]

    async def forget(self, owner: str, ids: Collection[str]) -> list[str]:
        """Take them out for good, vectors and text index too; the ids that were there."""
        mine = and_(MemoryRow.owner_id == owner, MemoryRow.id.in_(list(ids)))
        async with self._database.write() as session:
            rows = (await session.execute(select(MemoryRow).where(mine))).scalars().all()
            if not rows:
                return []
            turns = {(row.turn_id, row.speaker) for row in rows}
            await session.execute(
                insert_or(ForgottenRow).on_conflict_do_nothing(),
                [{"owner_id": owner, "turn_id": turn, "speaker": speaker} for turn, speaker in turns],
            )
            await session.execute(delete(MemoryRow).where(mine))
            # Merged, the text index holds no word that no row has any more.
            await session.execute(text("INSERT INTO memories_fts(memories_fts) VALUES ('optimize')"))
            found = [row.id for row in rows]
        await self._database.shrink()
        return found

    async def of_dialogue(self, owner: str, dialogue: str) -> list[str]:
        """The ids of what was said in a dialogue."""
        query = select(MemoryRow.id).where(MemoryRow.owner_id == owner, MemoryRow.dialogue_id == dialogue)
        async with self._database.session() as session:
            return list((await session.execute(query)).scalars())

    async def pass_over(self, owner: str, turn: str) -> None:
        """Nothing of this turn is to be remembered, now or from the history."""
        rows = [{"owner_id": owner, "turn_id": turn, "speaker": speaker} for speaker in ("user", "assistant")]
        async with self._database.write() as session:
            await session.execute(insert_or(ForgottenRow).on_conflict_do_nothing(), rows)

    async def of_turn(self, owner: str, turn: str, speaker: Speaker) -> list[str]:
        """The ids of what one side said in a turn."""
        query = select(MemoryRow.id).where(
            MemoryRow.owner_id == owner, MemoryRow.turn_id == turn, MemoryRow.speaker == speaker
        )
        async with self._database.session() as session:
            return list((await session.execute(query)).scalars())

    # -- finding -------------------------------------------------------------------------------

    async def by_words(self, owner: str, query: str, limit: int) -> list[Found]:
        """Lines that share words with the query, best first."""
        expression = match(query)
        if not expression:
            return []
        ranked = text(
            "SELECT m.id, m.text, m.speaker, m.turn_id, m.created_at FROM memories_fts f"
            " JOIN memories m ON m.number = f.rowid"
            " WHERE memories_fts MATCH :expression AND m.owner_id = :owner"
            " ORDER BY bm25(memories_fts), m.number DESC LIMIT :limit"
        ).columns(MemoryRow.id, MemoryRow.text, MemoryRow.speaker, MemoryRow.turn_id, MemoryRow.created_at)
        values = {"expression": expression, "owner": owner, "limit": limit}
        async with self._database.session() as session:
            return [_found(row) for row in (await session.execute(ranked, values)).all()]

    async def by_hits(self, owner: str, hits: Sequence[Hit]) -> list[Found]:
        """The lines of these neighbours, in their order; what is not there (any more) is left out."""
        columns = (MemoryRow.id, MemoryRow.text, MemoryRow.speaker, MemoryRow.turn_id, MemoryRow.created_at)
        query = select(*columns).where(
            MemoryRow.owner_id == owner, MemoryRow.id.in_([hit.id for hit in hits])
        )
        async with self._database.session() as session:
            rows = {row[0]: row for row in (await session.execute(query)).all()}
        return [_found(rows[hit.id], hit.score) for hit in hits if hit.id in rows]

    # -- vectors -------------------------------------------------------------------------------

    async def unread(self, model: str, limit: int, skip: Collection[str] = ()) -> list[Unread]:
        """Memories that have no vector by this model, newest first."""
        has = exists().where(VectorRow.memory_id == MemoryRow.id, VectorRow.model == model)
        query = select(MemoryRow.id, MemoryRow.owner_id, MemoryRow.text).where(~has)
        if skip:
            query = query.where(MemoryRow.id.not_in(skip))
        async with self._database.session() as session:
            rows = (await session.execute(query.order_by(MemoryRow.number.desc()).limit(limit))).all()
        return [Unread(*row) for row in rows]

    async def put_vectors(
        self, model: str, rows: Sequence[Unread], vectors: NDArray[np.float32]
    ) -> list[Unread]:
        """Keep vectors; those of memories that were forgotten meanwhile are dropped. What was kept."""
        async with self._database.write() as session:
            query = select(MemoryRow.id).where(MemoryRow.id.in_([row.id for row in rows]))
            there = set((await session.execute(query)).scalars())
            values = [
                {"memory_id": row.id, "model": model, "owner_id": row.owner, "vector": _pack(vector)}
                for row, vector in zip(rows, vectors, strict=True)
                if row.id in there
            ]
            if values:
                await session.execute(insert(VectorRow).prefix_with("OR REPLACE"), values)
        return [row for row in rows if row.id in there]

    async def vector_ids(self, owner: str, model: str) -> set[str]:
        """Which memories of the owner have a vector by this model."""
        query = select(VectorRow.memory_id).where(VectorRow.owner_id == owner, VectorRow.model == model)
        async with self._database.session() as session:
            return set((await session.execute(query)).scalars())

    async def owners(self, model: str) -> list[str]:
        """Who has vectors by this model."""
        query = select(VectorRow.owner_id).where(VectorRow.model == model).distinct()
        async with self._database.session() as session:
            return list((await session.execute(query)).scalars())

    async def vectors(
        self, owner: str, model: str, ids: Collection[str] | None = None
    ) -> AsyncGenerator[Vectors, None]:
        """The owner's vectors (of these memories, or all), a page at a time."""
        wanted = sorted(await self.vector_ids(owner, model) if ids is None else ids)
        for start in range(0, len(wanted), PAGE):
            query = select(VectorRow.memory_id, VectorRow.vector).where(
                VectorRow.owner_id == owner,
                VectorRow.model == model,
                VectorRow.memory_id.in_(wanted[start : start + PAGE]),
            )
            async with self._database.session() as session:
                rows = (await session.execute(query)).all()
            if rows:
                yield Vectors(owner, [row[0] for row in rows], np.stack([_unpack(row[1]) for row in rows]))


def _pack(vector: NDArray[np.float32]) -> bytes:
    return vector.astype("<f4").tobytes()


def _unpack(packed: bytes) -> NDArray[np.float32]:
    return np.frombuffer(packed, dtype="<f4").astype(np.float32)


def _speaker(name: str) -> Speaker:
    return "assistant" if name == "assistant" else "user"


def _found(row: Any, similarity: float | None = None) -> Found:
    id_, words, speaker, turn, created_at = row
    return Found(id_, words, _speaker(speaker), turn, created_at, similarity)
