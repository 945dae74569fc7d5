"""The rows of what answers cost: every query is for one owner."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from app.db.engine import Database
from app.db.tables import LlmUsageRow
from app.events.llm import LLMUsedEvent, Usage

SUMS = ("answers", "cached_answers", "prompt_tokens", "cached_tokens", "completion_tokens", "cost")


def day_of(moment: datetime) -> str:
    """The day that a moment belongs to; moments are in UTC."""
    return moment.date().isoformat()


class UsageStore:
    """In SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, used: LLMUsedEvent, now: datetime) -> None:
        """Put it on the account of its owner."""
        key = {
            "owner_id": used.owner,
            "day": day_of(now),
            "role": used.role,
            "provider": used.provider,
            "model": used.model,
        }
        counted = used.model_dump(include=set(SUMS)) | {"answers": 1, "cached_answers": int(used.cached)}
        row = insert(LlmUsageRow).values(key | counted)
        sums = {name: getattr(LlmUsageRow, name) + row.excluded[name] for name in SUMS}
        async with self._database.write() as session:
            await session.execute(row.on_conflict_do_update(index_elements=list(key), set_=sums))

    async def of(self, owner: str, days: int, now: datetime) -> list[Usage]:
        """The last days of one person, today among them: the newest first, then what costs most."""
        since = day_of(now - timedelta(days=days - 1))
        mine = (LlmUsageRow.owner_id == owner, LlmUsageRow.day >= since)
        order = (LlmUsageRow.day.desc(), LlmUsageRow.cost.desc(), LlmUsageRow.completion_tokens.desc())
        async with self._database.session() as session:
            rows = (await session.execute(select(LlmUsageRow).where(*mine).order_by(*order))).scalars()
            return [Usage(**{name: getattr(row, name) for name in Usage.model_fields}) for row in rows]
