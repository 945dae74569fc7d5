"""Who may use which tools, and having them called: owns the requests about tools.

Solo's own tools and those that are plugged in are held while it runs; MCP servers hold theirs in the same
toolbox themselves.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack
from typing import Final

import anyio

from app.config.settings import Settings
from app.events.base import Answer
from app.events.system import ServiceStateEvent
from app.events.tools import (
    CallToolEvent,
    ListToolServersEvent,
    ListToolsEvent,
    Tool,
    ToolServersEvent,
    ToolsEvent,
)
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.skills.tools.calling import Calling
from app.skills.tools.fitting import Profile, asked_for, fitting
from app.skills.tools.known import Known
from app.skills.tools.likeness import Likeness
from app.skills.tools.plugged import house, plugged_in
from app.skills.tools.port import ToolSource
from app.skills.tools.servers import ServerBoard
from app.skills.tools.surroundings import Surroundings
from app.skills.tools.toolbox import Toolbox

CALLS: Final = 64
"""Calls that are taken at a time; of those that run the toolbox has its own limit."""
LONGEST_QUERY: Final = 2_000


class ToolsService:
    """See the module. sources: others than Solo's own and those plugged in."""

    def __init__(
        self,
        runtime: Runtime,
        settings: Settings,
        toolbox: Toolbox,
        board: ServerBoard,
        *,
        sources: Sequence[ToolSource] = (),
    ) -> None:
        self._runtime = runtime
        self._settings = settings
        self._toolbox = toolbox
        self._board = board
        self._sources = sources
        self._known = Known(runtime.pool)

    async def run(self, ready: Ready) -> None:
        """Bring the tools, serve until cancelled."""
        bus, around = self._runtime.bus, Surroundings(self._runtime, self._settings)
        with ExitStack() as held, bus.subscribe(ServiceStateEvent, name="tools") as states:
            own = await self._runtime.pool.run(house, around)
            for source in (own, *self._sources, *await plugged_in(around)):
                held.enter_context(self._toolbox.holding(source))
            async with anyio.create_task_group() as group:
                self._calling = Calling(self._runtime, self._settings.tools, self._toolbox, group)
                self._likeness = Likeness(self._runtime, group)
                async with (
                    bus.serve(ListToolsEvent, self._list, name="tools", limit=CALLS),
                    bus.serve(CallToolEvent, self._call, name="tools", limit=CALLS),
                    bus.serve(ListToolServersEvent, self._servers, name="tools"),
                ):
                    ready()
                    async for state in states:
                        if state.service == "embedding" and state.state == "ready":
                            await self._learn()

    async def _list(self, asked: ListToolsEvent) -> AsyncGenerator[Answer, None]:
        usable = await self._known.whole(tool for tool, _ in self._calling.usable(asked.owner).values())
        if not asked.query.strip():
            found = sorted((tool for tool, _ in usable), key=lambda tool: tool.name)
        else:
            by_name = {tool.name: tool for tool, _ in usable}
            found = await self._fitting(asked, usable)
            found += [by_name[name] for name in asked.also if name in by_name]
        tools = tuple(dict.fromkeys(found))
        yield ToolsEvent(owner=asked.owner, turn=asked.turn, revision=asked.revision, tools=tools)

    async def _call(self, asked: CallToolEvent) -> AsyncGenerator[Answer, None]:
        yield await self._calling(asked)

    async def _servers(self, asked: ListToolServersEvent) -> AsyncGenerator[Answer, None]:
        yield ToolServersEvent(
            owner=asked.owner, turn=asked.turn, revision=asked.revision, servers=self._board.all()
        )

    async def _fitting(self, asked: ListToolsEvent, tools: Sequence[tuple[Tool, Profile]]) -> list[Tool]:
        query = asked_for(asked.query[:LONGEST_QUERY])
        texts = [profile.text for _, profile in tools]
        self._likeness.learn(texts)
        near = await self._likeness.near(query, texts, asked.owner)
        return fitting(query, tools, max(0, asked.limit), near=near)

    async def _learn(self) -> None:
        """Have vectors made before the first question."""
        known = await self._known.whole(tool for tool, _ in self._toolbox.tools().values())
        self._likeness.learn([profile.text for _, profile in known])
