"""A connection to one MCP server, from the start to its end. Imports `mcp`."""

from __future__ import annotations

import math
from functools import partial
from typing import Final

import anyio
import structlog
from anyio.abc import TaskGroup

from app.kernel.errors import SoloError, TimedOut
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.skills.tools.mcp.ending import Ending
from app.skills.tools.mcp.failures import KNOWN, meaning
from app.skills.tools.mcp.hiding import Hiding
from app.skills.tools.mcp.link import Link, linked
from app.skills.tools.mcp.offered import offered
from app.skills.tools.mcp.source import McpSource
from app.skills.tools.mcp.streamable import check_address
from app.skills.tools.mcp.wanted import Wanted
from app.skills.tools.servers import ServerBoard
from app.skills.tools.toolbox import Toolbox

log = structlog.get_logger("solo.mcp")

LEAVE_SECONDS: Final = 3.0
"""So long a server may be told that it is no longer needed."""
LIST_AGAIN_SECONDS: Final = 1.0
"""Between two lists, however often it says that they have changed."""
NAMED: Final = 5
"""Tools left out that the log names."""


class Connection:
    """Good for one `run`."""

    def __init__(self, runtime: Runtime, wanted: Wanted, toolbox: Toolbox, board: ServerBoard) -> None:
        self._runtime = runtime
        self._wanted = wanted
        self._name = wanted.name
        self._server = wanted.server
        self._toolbox = toolbox
        self._board = board
        self._hiding = Hiding(wanted.server)
        self._ending = Ending()
        self._changed = anyio.Event()

    async def run(self, ready: Ready) -> None:
        """Until cancelled, or until the server is gone, which raises why."""
        try:
            await self._connected(ready)
        except (SoloError, ExceptionGroup, *KNOWN) as error:
            failure = self._ending.error or meaning(self._name, error, self._hiding)
            if failure is None:
                raise
            raise failure from None

    async def _connected(self, ready: Ready) -> None:
        if self._server.url:
            check_address(self._name, self._server, offline=self._wanted.offline)
        with anyio.fail_after(self._wanted.pace.connect) as scope:
            async with (
                linked(
                    self._name,
                    self._server,
                    self._hiding,
                    self._ending,
                    self._runtime.clock,
                    changed=self._tell_changed,
                    quiet=self._wanted.pace.call,
                ) as link,
                anyio.create_task_group() as group,
            ):
                source = McpSource(self._name, link, group, self._hiding)
                try:
                    await self._list(link, source)
                    scope.deadline = math.inf
                    with self._toolbox.holding(source):
                        self._report(source)
                        ready()
                        group.start_soon(link.follow, self._tell_changed, name=f"mcp:{self._name}:news")
                        group.start_soon(self._relist, link, source, name=f"mcp:{self._name}:list")
                        group.start_soon(self._beat, link, source, group, name=f"mcp:{self._name}:beat")
                        await self._ending.wait()
                finally:
                    source.close()
                    self._ending.leave()
                    scope.deadline = min(scope.deadline, anyio.current_time() + LEAVE_SECONDS)

    async def _list(self, link: Link, source: McpSource) -> None:
        listed = await link.tools()
        taken = {name for name, (_, owner) in self._toolbox.tools().items() if owner.name != source.name}
        sort = partial(offered, self._name, self._server, listed, servers=self._wanted.servers, taken=taken)
        found = await self._runtime.pool.run(sort)
        source.offer(found)
        if found.left_out:
            some = "; ".join(f"{name}: {why}" for name, why in found.left_out[:NAMED])
            words = self._hiding.shown(some, 400)
            log.warning("mcp_tools_left_out", server=self._name, count=len(found.left_out), some=words)

    def _report(self, source: McpSource) -> None:
        self._board.report(self._name, "connected", tools=len(source.tools()))

    def _tell_changed(self) -> None:
        self._changed.set()

    async def _relist(self, link: Link, source: McpSource) -> None:
        while True:
            await self._changed.wait()
            self._changed = anyio.Event()
            with anyio.fail_after(self._wanted.pace.answer):
                await self._list(link, source)
            self._report(source)
            await self._runtime.clock.sleep(LIST_AGAIN_SECONDS)

    async def _beat(self, link: Link, source: McpSource, group: TaskGroup) -> None:
        """Whether it lives; not while it works, for many servers do one thing at a time."""
        while True:
            with anyio.move_on_after(self._wanted.pace.beat):
                await source.doubt.wait()
            source.doubt = anyio.Event()
            if source.busy:
                continue
            answered = anyio.Event()
            group.start_soon(_asked, link, answered, name=f"mcp:{self._name}:ping")
            with anyio.move_on_after(self._wanted.pace.answer):
                await answered.wait()
            if not answered.is_set() and not source.busy:
                self._ending.say(TimedOut(f"The MCP server {self._name} no longer answers."))


async def _asked(link: Link, answered: anyio.Event) -> None:
    """In a task of its own: to call off what cannot even be sent takes the package some seconds."""
    await link.ping()
    answered.set()
