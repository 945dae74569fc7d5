"""What people's answers cost."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest

from app.db.engine import Database
from app.db.tables import OwnerRow
from app.events.llm import LLMUsedEvent, ReadUsageEvent, UsageEvent
from app.kernel.errors import BadInput
from app.kernel.runtime import Runtime
from app.llm.usage.service import UsageService
from app.llm.usage.store import UsageStore

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
YESTERDAY = datetime(2026, 11, 21, 23, 59, tzinfo=UTC)
BIG = LLMUsedEvent(
    role="generation", provider="openai", model="big", prompt_tokens=100, completion_tokens=10, cost=0.5
)
SMALL = LLMUsedEvent(role="analysis", provider="auto", model="small", completion_tokens=5)
HERS = BIG.model_copy(update={"owner": "eve"})


@pytest.fixture
async def database(tmp_path: Path, database_in: Callable[[Path], Database]) -> AsyncGenerator[Database]:
    async with database_in(tmp_path) as opened:
        async with opened.write() as session:
            session.add(OwnerRow(id="eve", name="Eve", created_at=NOON))
        yield opened


async def test_what_is_used_is_summed_for_each_person_day_role_and_model(database: Database) -> None:
    store = UsageStore(database)
    for used, when in ((BIG, NOON), (BIG, NOON), (SMALL, NOON), (BIG, YESTERDAY), (HERS, NOON)):
        await store.add(used, when)
    mine = await store.of("local", 30, NOON)
    assert [(row.day, row.model, row.answers, row.cost) for row in mine] == [
        ("2026-11-22", "big", 2, 1.0),
        ("2026-11-22", "small", 1, 0.0),
        ("2026-11-21", "big", 1, 0.5),
    ]
    assert (mine[0].prompt_tokens, mine[0].completion_tokens) == (200, 20)
    assert len(await store.of("eve", 30, NOON)) == 1


async def test_only_the_days_that_were_asked_for_are_shown(database: Database) -> None:
    store = UsageStore(database)
    for when in (NOON, YESTERDAY):
        await store.add(BIG, when)
    assert [row.day for row in await store.of("local", 1, NOON)] == ["2026-11-22"]


async def test_an_answer_from_the_cache_is_counted_as_one(database: Database) -> None:
    store = UsageStore(database)
    await store.add(BIG.model_copy(update={"cached": True, "cost": 0.0}), NOON)
    assert [(row.answers, row.cached_answers) for row in await store.of("local", 1, NOON)] == [(1, 1)]


async def test_what_is_announced_is_on_the_account_when_it_is_asked_for(
    runtime: Runtime, database: Database
) -> None:
    ready = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(UsageService(runtime, database).run, ready.set)
        await ready.wait()
        runtime.bus.publish(BIG)
        with anyio.fail_after(5):
            while not (  # noqa: ASYNC110  (nothing announces that it is written)
                found := await runtime.bus.request(ReadUsageEvent(), UsageEvent)
            ).usage:
                await anyio.sleep(0.01)
        assert found.usage[0].model == "big"
        with pytest.raises(BadInput):
            await runtime.bus.request(ReadUsageEvent(days=0), UsageEvent)
        group.cancel_scope.cancel()
