"""Keeps the database open while Solo runs."""

from __future__ import annotations

import anyio
import structlog

from app.db.engine import Database
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime

log = structlog.get_logger("solo.db")


class DatabaseService:
    """Opens the database that the others were handed, and closes it after them."""

    def __init__(self, runtime: Runtime, database: Database) -> None:
        self._clock = runtime.clock
        self._database = database

    async def run(self, ready: Ready) -> None:
        began = self._clock.monotonic()
        async with self._database:
            log.info("database_opened", ms=round(1000 * (self._clock.monotonic() - began), 1))
            ready()
            await anyio.sleep_forever()
