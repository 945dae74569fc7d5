"""What a person told Solo to do otherwise from then on: rows, read once and written at every change."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as insert_or

from app.db.engine import Database
from app.db.tables import PreferenceRow


class Preferences(Protocol):
    """Names and values."""

    async def read(self, owner: str) -> dict[str, str]: ...

    async def write(self, owner: str, name: str, value: str) -> None: ...


class SqlPreferences:
    """In SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, owner: str) -> dict[str, str]:
        query = select(PreferenceRow).where(PreferenceRow.owner_id == owner)
        async with self._database.session() as session:
            return {row.name: row.value for row in (await session.execute(query)).scalars()}

    async def write(self, owner: str, name: str, value: str) -> None:
        row = insert_or(PreferenceRow).values(owner_id=owner, name=name, value=value)
        keep = row.on_conflict_do_update(index_elements=["owner_id", "name"], set_={"value": value})
        async with self._database.write() as session:
            await session.execute(keep)
