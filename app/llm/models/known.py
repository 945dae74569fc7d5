"""The model files of a Solo that runs: looked at in the background, told at once to who asks.

The first look begins when Solo is ready, for it may have hundreds of headers to read; after it the
folders are watched, and each look also reads a few headers to their ends, where the chat templates are.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import structlog

from app.kernel.errors import SoloError
from app.kernel.runtime import Runtime
from app.llm.models.entry import Entry
from app.llm.models.inventory import Inventory
from app.llm.models.watch import watch

log = structlog.get_logger("solo.llm")

AT_ONCE = 4
"""Headers that a look reads to their ends, a tenth of a second altogether."""
REST = 0.5
"""Seconds between two looks while there are such headers left: nobody is to notice that they are read."""


class KnownModels:
    """See the module."""

    def __init__(self, runtime: Runtime, inventory: Inventory) -> None:
        self._clock = runtime.clock
        self._pool = runtime.pool
        self._inventory = inventory
        self._entries: tuple[Entry, ...] = ()
        self._looked = asyncio.Event()

    async def entries(self) -> tuple[Entry, ...]:
        """What lies in the folders; who comes before the first look waits for it."""
        await self._looked.wait()
        return self._entries

    async def run(self) -> None:
        """Watch until cancelled."""
        async with aclosing(watch(self._look, self._rest)) as changes:
            async for change, entries in changes:
                log.info(
                    "model_files_changed",
                    came=change.came,
                    went=change.went,
                    changed=change.changed,
                    models=len(entries),
                )

    async def _look(self) -> tuple[Entry, ...]:
        try:
            if not self._looked.is_set():
                self._entries = await self._pool.run(self._inventory.models)
                self._looked.set()
            self._entries = await self._pool.run(self._inventory.models, read=True, most=AT_ONCE)
        except (SoloError, OSError) as error:
            log.warning("model_files_unread", error=str(error))
        self._looked.set()
        return self._entries

    async def _rest(self, seconds: float) -> None:
        await self._clock.sleep(REST if self._unread() else seconds)

    def _unread(self) -> bool:
        return any(not (one.facts.read or one.broken) for one in self._entries)
