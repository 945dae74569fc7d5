"""Killed in the middle of writing, Solo finds a whole history at the next start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.db.engine import Database
from app.db.tables import MessageRow

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

WRITER = """
import asyncio, sys
from pathlib import Path
from app.db.engine import Database
from app.dialogue.history import Draft, History
from app.kernel.clock import SystemClock

async def main():
    async with Database(Path(sys.argv[1])) as database:
        history = History(database, SystemClock())
        dialogue = SystemClock().new_id()
        await history.begin("local", Draft("user", "0", "shell", "t0"), dialogue)
        async def write(name):
            for number in range(100000):
                draft = Draft("user", f"{name} {number}", "shell", "t")
                line = await history.append("local", draft, dialogue)
                print(line.id, flush=True)
        await asyncio.gather(*(write(name) for name in range(8)))

asyncio.run(main())
"""


@pytest.mark.parametrize("after", [1, 40, 300])
async def test_a_history_survives_being_killed(tmp_path: Path, after: int) -> None:
    process = subprocess.Popen(  # noqa: ASYNC220  (nothing else runs on this loop)
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process, process.stdout:
        told = [process.stdout.readline().strip() for _ in range(after)]
        process.kill()
    async with Database(tmp_path) as database, database.session() as session:
        assert (await session.execute(text("PRAGMA integrity_check"))).scalar_one() == "ok"
        assert (await session.execute(text("PRAGMA foreign_key_check"))).all() == []
        rows = (await session.execute(select(MessageRow).order_by(MessageRow.sequence))).scalars().all()
    assert set(told) <= {row.id for row in rows}
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    for before, next_ in zip(rows, rows[1:], strict=False):
        assert (before.next_id, next_.previous_id) == (next_.id, before.id)
    assert rows[-1].next_id is None
