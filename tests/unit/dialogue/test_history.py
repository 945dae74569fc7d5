from __future__ import annotations

import anyio
import pytest
from sqlalchemy import insert, select

from app.db.engine import Database
from app.db.tables import MessageRow, OwnerRow
from app.dialogue.history import Draft, History
from app.kernel.errors import NotFound
from app.kernel.runtime import Runtime

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]


@pytest.fixture
def history(runtime: Runtime, database: Database) -> History:
    return History(database, runtime.clock)


def draft(text: str) -> Draft:
    return Draft("user", text, "shell", text)


async def test_fifty_who_append_at_once_lose_and_fork_nothing(history: History, database: Database) -> None:
    await history.begin("local", draft("first"), "d")
    async with anyio.create_task_group() as group:
        for number in range(50):
            group.start_soon(history.append, "local", draft(f"m{number}"), "d")
    async with database.session() as session:
        rows = (await session.execute(select(MessageRow).order_by(MessageRow.sequence))).scalars().all()
    assert [row.sequence for row in rows] == list(range(1, 52))
    assert {row.content for row in rows} == {"first", *(f"m{number}" for number in range(50))}
    for before, after in zip(rows, rows[1:], strict=False):
        assert (before.next_id, after.previous_id) == (after.id, before.id)
    assert (rows[0].previous_id, rows[-1].next_id) == (None, None)


async def test_a_stranger_finds_and_changes_nothing(history: History, database: Database) -> None:
    async with database.write() as session:
        await session.execute(insert(OwnerRow).values(id="eve", name="", created_at=history._clock.now()))
    line = await history.begin("local", draft("mine"), "d")
    with pytest.raises(NotFound, match="no dialogue d"):
        await history.append("eve", draft("theirs"), "d")
    assert await history.load("eve", "d") == []
    assert await history.latest("eve", 10) == []
    assert await history.last_spoken("eve", "shell") is None
    await history.amend("eve", line, finish="failed")
    await history.heard("eve", "mine", "", "all")
    assert (await history.load("local", "d"))[0] == line


async def test_only_the_part_that_the_model_was_shown_last_is_loaded(history: History) -> None:
    await history.begin("local", draft("one"), "d")
    for number in range(2, 7):
        line = await history.append("local", draft(str(number)), "d")
    await history.amend("local", line, window_start=4)
    assert [line.sequence for line in await history.load("local", "d")] == [4, 5, 6]
