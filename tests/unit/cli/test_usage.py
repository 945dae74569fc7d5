"""`solo llm usage` on a data folder without a running Solo."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import anyio.to_thread
import pytest

from app.cli.main import main
from app.db.engine import Database
from app.events.llm import LLMUsedEvent
from app.llm.usage.store import UsageStore

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

USED = LLMUsedEvent(
    role="generation", provider="openai", model="big", prompt_tokens=1200, completion_tokens=34, cost=0.5
)


async def test_what_answers_cost_is_shown_as_a_table_and_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run(*words: str) -> str:
        code = await anyio.to_thread.run_sync(main, ["--data-dir", str(tmp_path), "llm", "usage", *words])
        assert code == 0
        return capsys.readouterr().out

    assert "Nothing was answered yet." in await run()
    async with Database(tmp_path) as database:
        await UsageStore(database).add(USED, datetime.now(UTC))
    shown = await run()
    assert "openai:big" in shown
    assert "1 answers, 1,234 tokens, 0.5000 dollars" in shown
    assert json.loads(await run("--json", "--days", "1"))[0]["cost"] == 0.5
