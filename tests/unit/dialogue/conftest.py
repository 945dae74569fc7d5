from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from app.config.settings import Settings
from app.db.engine import Database


@pytest.fixture
async def database(tmp_path: Path, database_in: Callable[[Path], Database]) -> AsyncGenerator[Database]:
    async with database_in(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")
