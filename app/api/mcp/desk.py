"""Where `solo mcp` finds a house: the Solo that runs, else parts of one that are started for it.

The parts hold the data folder, which a Solo that is to run needs, so they are let go when nobody has used
them for a while. Which parts there are at a time is decided under one lock.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Final

import anyio
import httpx
import structlog
from anyio import to_thread
from anyio.abc import TaskGroup, TaskStatus

from app.api.address import Address, read_address
from app.api.client import KNOCK_SECONDS, running
from app.api.mcp.house import NOTHING, House
from app.api.mcp.inside import Inside
from app.api.mcp.outside import Outside
from app.config.settings import Settings
from app.kernel.loopback import trusted
from app.kernel.runtime import Runtime

log = structlog.get_logger("solo.mcp")

LINGER: Final = 30.0
"""Seconds for which parts stay after their last use."""

Serving = Callable[[Settings, set[str]], AbstractAsyncContextManager[Runtime]]
"""Starts parts of Solo (main's `serving`)."""


class Desk:
    """See the module and Housing."""

    def __init__(
        self,
        settings: Settings,
        serving: Serving,
        asks: Mapping[str, str],
        group: TaskGroup,
        stack: AsyncExitStack,
    ) -> None:
        self._settings = settings
        self._serving = serving
        self._asks = asks
        self._group = group
        self._stack = stack
        self._lock = anyio.Lock()
        self._parts: _Parts | None = None
        self._known: tuple[Address, House] | None = None
        self.remembers = settings.memory.enabled
        self.reexports = settings.api.mcp_reexport
        self.patience = settings.tools.confirm_seconds

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, serving: Serving, asks: Mapping[str, str]
    ) -> AsyncGenerator[Desk]:
        """One that ends what it started. asks: tool → the part of Solo that it asks."""
        async with AsyncExitStack() as stack, anyio.create_task_group() as group:
            desk = cls(settings, serving, asks, group, stack)
            yield desk
            await desk._leave()

    def needs(self, tool: str) -> frozenset[str]:
        return frozenset({self._asks[tool]}) if tool in self._asks else NOTHING

    def keep(self) -> None:
        if self._parts is not None:
            self._parts.linger = max(LINGER, self.patience)

    @asynccontextmanager
    async def at_hand(self, parts: frozenset[str]) -> AsyncGenerator[House]:
        house = await self._running()
        if house is not None:
            yield house
            return
        async with self._own(parts) as house:
            yield house

    @asynccontextmanager
    async def near(self) -> AsyncGenerator[House | None]:
        yield await self._running()

    async def _running(self) -> House | None:
        """The Solo that runs; it is knocked at when it is another one than the last time."""
        address = read_address(self._settings.data_dir)
        if address is None:
            return None
        if self._known is None or self._known[0] != address:
            where = await to_thread.run_sync(running, self._settings)
            if where is None:
                return None
            self._known = address, await self._reached(*where)
        return self._known[1]

    async def _reached(self, url: str, token: str) -> House:
        seconds = httpx.Timeout(self._settings.api.timeout_seconds + 5, connect=KNOCK_SECONDS * 3)
        headers = {"Authorization": f"Bearer {token}"}
        http = httpx.AsyncClient(
            base_url=url, headers=headers, timeout=seconds, trust_env=False, verify=trusted(url)
        )
        await self._stack.enter_async_context(http)
        settings = self._settings
        return Outside(http, speaks=settings.voice.enabled, has_tools=settings.tools.enabled)

    # -- parts of one's own --------------------------------------------------------------------

    @asynccontextmanager
    async def _own(self, wanted: frozenset[str]) -> AsyncGenerator[House]:
        async with self._lock:
            parts = await self._started(wanted)
            parts.users += 1
            parts.linger = LINGER
            parts.tell()
        try:
            yield parts.house
        finally:
            parts.users -= 1
            parts.tell()

    async def _started(self, wanted: frozenset[str]) -> _Parts:
        there = self._parts
        if there is not None and not there.let_go and wanted <= there.names:
            return there
        if there is not None:
            wanted |= frozenset() if there.let_go else there.names
            await self._leave()
        parts: _Parts = await self._group.start(self._hold, wanted, name="mcp.parts")
        self._parts = parts
        return parts

    async def _leave(self) -> None:
        """Let the parts go when their last user leaves, and wait for that."""
        if self._parts is not None:
            self._parts.let_go = True
            self._parts.tell()
            await self._parts.ended.wait()

    async def _hold(self, names: frozenset[str], *, task_status: TaskStatus[_Parts]) -> None:
        async with AsyncExitStack() as stack:
            runtime = await stack.enter_async_context(self._serving(self._settings, set(names)))
            parts = _Parts(names, Inside(runtime, self._settings))
            stack.callback(log.info, "parts_let_go", parts=sorted(names))
            log.info("parts_started", parts=sorted(names))
            task_status.started(parts)
            await parts.unused()
        parts.ended.set()


class _Parts:
    """Parts that were started. users: who is at them; linger: seconds for which they stay when nobody is;
    let_go: they end then at once."""

    def __init__(self, names: frozenset[str], house: House) -> None:
        self.names = names
        self.house = house
        self.users = 0
        self.linger = LINGER
        self.let_go = False
        self.ended = anyio.Event()
        self._changed = anyio.Event()

    def tell(self) -> None:
        """Something is different now."""
        self._changed.set()
        self._changed = anyio.Event()

    async def unused(self) -> None:
        """Return when they can be let go."""
        while self.users or not self.let_go:
            with anyio.move_on_after(None if self.users else self.linger) as waiting:
                await self._changed.wait()
            if waiting.cancelled_caught and not self.users:
                self.let_go = True
