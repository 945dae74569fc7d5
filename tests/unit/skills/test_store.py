"""Timers and preferences as rows."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.db.engine import Database
from app.db.tables import OwnerRow
from app.kernel.clock import SystemClock
from app.skills.preferences import SqlPreferences
from app.skills.timers.store import SqlStore
from app.skills.timers.timer import Timer

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

DUE = datetime(2026, 11, 21, 18, 0, 0, 123456, tzinfo=UTC)
PASTA = Timer("1", "local", "timer", "pasta", DUE, 540)
SCHOOL = Timer("2", "local", "alarm", "school", DUE - timedelta(hours=1), 0, (0, 4), "07:10")
HERS = Timer("3", "eve", "reminder", "call Bob", DUE, 60)


@pytest.fixture
async def database(tmp_path: Path, database_in: Callable[[Path], Database]) -> AsyncGenerator[Database]:
    async with database_in(tmp_path) as opened:
        async with opened.write() as session:
            session.add(OwnerRow(id="eve", name="Eve", created_at=DUE))
        yield opened


async def test_what_is_kept_is_read_as_it_was_by_its_owner_alone(database: Database) -> None:
    store = SqlStore(database, SystemClock())
    for timer in (PASTA, SCHOOL, HERS):
        await store.add(timer)
    assert await store.of("local") == [SCHOOL, PASTA]
    assert await store.of("eve") == [HERS]
    assert len(await store.everything()) == 3


async def test_nobody_changes_what_is_not_his(database: Database) -> None:
    store = SqlStore(database, SystemClock())
    await store.add(HERS)
    stranger = replace(HERS, owner="local")
    await store.over(stranger)
    await store.move([replace(stranger, due=DUE + timedelta(days=1))])
    assert not await store.ringing(stranger, DUE)
    assert await store.everything() == [HERS]


async def test_ringing_is_marked_once_it_is_there_and_taken_back_by_a_new_time(database: Database) -> None:
    store = SqlStore(database, SystemClock())
    assert not await store.ringing(PASTA, DUE)
    await store.add(PASTA)
    assert await store.ringing(PASTA, DUE)
    assert (await store.everything())[0].rung == DUE
    await store.move([PASTA])
    assert (await store.everything())[0].rung is None


async def test_one_takes_the_place_of_another_in_one_step(database: Database) -> None:
    store = SqlStore(database, SystemClock())
    await store.add(PASTA)
    later = replace(PASTA, id="9")
    await store.add(later, instead=PASTA)
    assert await store.everything() == [later]
    await store.over(later)
    assert await store.everything() == []


async def test_preferences_are_written_over_and_belong_to_somebody(database: Database) -> None:
    notes = SqlPreferences(database)
    await notes.write("local", "volume", "40")
    await notes.write("local", "volume", "60")
    await notes.write("eve", "volume", "10")
    assert await notes.read("local") == {"volume": "60"}
    assert await notes.read("eve") == {"volume": "10"}
