"""`solo timers` on a data folder without a running Solo, and what the screen shows of announcements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.happenings import friendly_line, plain_line
from app.cli.main import main
from app.db.engine import Database
from app.events.skills import AnnouncementEvent
from app.kernel.clock import SystemClock
from app.skills.timers.store import SqlStore
from app.skills.timers.timer import Timer

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]


async def test_timers_are_listed_and_cancelled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    import anyio

    monkeypatch.chdir(tmp_path)
    clock = SystemClock()
    async with Database(tmp_path) as database:
        timer = Timer("t1", "local", "timer", "pasta", clock.now() + timedelta(hours=1), 3600)
        await SqlStore(database, clock).add(timer)

    async def solo(*words: str) -> tuple[int, str]:
        code = await anyio.to_thread.run_sync(main, ["--data-dir", str(tmp_path), "timers", *words])
        return code, capsys.readouterr().out

    code, listed = await solo("list", "--json")
    assert code == 0
    assert [(one["id"], one["name"], one["seconds"]) for one in json.loads(listed)] == [("t1", "pasta", 3600)]
    code, listed = await solo("list")
    assert "pasta" in listed
    assert (await solo("cancel"))[0] == 2
    assert (await solo("cancel", "t9"))[0] == 2
    assert (await solo("cancel", "t1"))[1].strip() == "Cancelled: 1."
    assert (await solo("list"))[1].strip() == "Nothing is set."


def test_an_announcement_is_on_the_screen() -> None:
    rang = AnnouncementEvent(kind="timer", id="1", text="Your pasta timer is done.")
    assert plain_line(rang) == "ANNOUNCED timer Your pasta timer is done."
    assert "pasta timer" in str(friendly_line(rang))
