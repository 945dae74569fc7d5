"""The rows of timers: the truth, from the moment at which somebody is told that one is set.

Every query is for one owner, but for the upkeep that shows nothing to anyone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, Select, delete, select, update

from app.db.engine import Database
from app.db.tables import TimerRow
from app.kernel.clock import Clock
from app.skills.intents import Kind
from app.skills.timers.timer import Timer


class Store(Protocol):
    """Where timers are kept."""

    async def everything(self) -> list[Timer]:
        """Of all owners, for upkeep."""
        ...

    async def of(self, owner: str) -> list[Timer]:
        """What somebody has set, the next one first."""
        ...

    async def add(self, timer: Timer, *, instead: Timer | None = None) -> None:
        """Keep it, on the disk when this returns; `instead` is over in the same moment."""
        ...

    async def move(self, timers: Sequence[Timer]) -> None:
        """They are due at another time, and wait."""
        ...

    async def ringing(self, timer: Timer, at: datetime) -> bool:
        """It begins to ring. False when it is gone: then it must not ring."""
        ...

    async def over(self, timer: Timer) -> None:
        """It has rung its last, or is not wanted any more."""
        ...


class SqlStore:
    """In SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def everything(self) -> list[Timer]:
        return await self._read(select(TimerRow))

    async def of(self, owner: str) -> list[Timer]:
        return await self._read(select(TimerRow).where(TimerRow.owner_id == owner))

    async def _read(self, query: Select[TimerRow]) -> list[Timer]:
        async with self._database.session() as session:
            rows = (await session.execute(query.order_by(TimerRow.due_at, TimerRow.id))).scalars()
            return [_timer(row) for row in rows]

    async def add(self, timer: Timer, *, instead: Timer | None = None) -> None:
        row = TimerRow(
            id=timer.id,
            owner_id=timer.owner,
            kind=timer.kind,
            name=timer.name,
            due_at=timer.due,
            seconds=timer.seconds,
            days="".join(map(str, timer.days)),
            at=timer.at,
            rung_at=None,
            created_at=self._clock.now(),
        )
        async with self._database.write() as session:
            if instead is not None:
                await session.execute(delete(TimerRow).where(*_mine(instead)))
            session.add(row)
        await self._flush()

    async def move(self, timers: Sequence[Timer]) -> None:
        async with self._database.write() as session:
            for timer in timers:
                change = update(TimerRow).where(*_mine(timer))
                await session.execute(change.values(due_at=timer.due, rung_at=None))

    async def ringing(self, timer: Timer, at: datetime) -> bool:
        change = update(TimerRow).where(*_mine(timer)).values(rung_at=at).returning(TimerRow.id)
        async with self._database.write() as session:
            return (await session.execute(change)).first() is not None

    async def over(self, timer: Timer) -> None:
        async with self._database.write() as session:
            await session.execute(delete(TimerRow).where(*_mine(timer)))

    async def _flush(self) -> None:
        """Let it survive a power cut too: what is in the log of changes is written through."""
        async with self._database.session() as session:
            connection = await session.connection()
            await connection.exec_driver_sql("COMMIT")
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
            await connection.exec_driver_sql("BEGIN")


def _mine(timer: Timer) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (TimerRow.owner_id == timer.owner, TimerRow.id == timer.id)


def _timer(row: TimerRow) -> Timer:
    kinds: dict[str, Kind] = {"timer": "timer", "alarm": "alarm", "reminder": "reminder"}
    return Timer(
        id=row.id,
        owner=row.owner_id,
        kind=kinds[row.kind],
        name=row.name,
        due=row.due_at,
        seconds=row.seconds,
        days=tuple(map(int, row.days)),
        at=row.at,
        rung=row.rung_at,
    )
