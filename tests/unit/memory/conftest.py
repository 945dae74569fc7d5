from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from app.db.engine import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    async with Database(tmp_path / "data") as opened:
        yield opened
