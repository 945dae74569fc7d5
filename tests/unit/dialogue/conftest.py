from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from app.config.settings import Settings
from app.db.engine import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    async with Database(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")
