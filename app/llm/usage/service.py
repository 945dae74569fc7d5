"""Keeps the accounts: tokens and money per person, day, role and model.  Owns ReadUsageEvent."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import structlog

from app.db.engine import Database
from app.events.base import Answer
from app.events.llm import LLMUsedEvent, ReadUsageEvent, UsageEvent
from app.kernel.errors import BadInput, SoloError
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.llm.usage.store import UsageStore

log = structlog.get_logger("solo.llm")

MOST_DAYS = 3660


class UsageService:
    """See the module."""

    def __init__(self, runtime: Runtime, database: Database) -> None:
        self._runtime = runtime
        self._store = UsageStore(database)

    async def run(self, ready: Ready) -> None:
        """Write down what is used until cancelled."""
        bus = self._runtime.bus
        with bus.subscribe(LLMUsedEvent, name="usage") as facts:
            async with bus.serve(ReadUsageEvent, self._read, name="usage"):
                ready()
                async for used in facts:
                    await self._keep(used)

    async def _keep(self, used: LLMUsedEvent) -> None:
        try:
            await self._store.add(used, self._runtime.clock.now())
        except SoloError as error:  # a full disk must not end the accounts for good
            log.error("usage_not_stored", code=error.code, model=used.model)

    async def _read(self, request: ReadUsageEvent) -> AsyncGenerator[Answer, None]:
        if not 1 <= request.days <= MOST_DAYS:
            raise BadInput(f"{request.days} days cannot be shown.", hint=f"Take 1 to {MOST_DAYS}.")
        found = await self._store.of(request.owner, request.days, self._runtime.clock.now())
        yield UsageEvent(owner=request.owner, usage=tuple(found))
