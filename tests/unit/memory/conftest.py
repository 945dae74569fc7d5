from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from app.db.engine import Database


@pytest.fixture
async def database(tmp_path: Path, database_in: Callable[[Path], Database]) -> AsyncGenerator[Database]:
    async with database_in(tmp_path / "data") as opened:
        yield opened
