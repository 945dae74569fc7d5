"""A running toolbox for tests: sources that can be changed, and what was called."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel

from app.config.settings import Settings
from app.events.llm import ToolCall
from app.events.tools import (
    CallToolEvent,
    ListToolsEvent,
    Tool,
    ToolCalledEvent,
    ToolResultEvent,
    ToolsEvent,
)
from app.kernel.runtime import Runtime
from app.skills.tools.port import Caller
from app.skills.tools.servers import ServerBoard
from app.skills.tools.service import ToolsService
from app.skills.tools.toolbox import Toolbox

Does = Callable[[dict[str, Any], Caller], Awaitable[Any]]


@dataclass
class Home:
    """A source: tools, and what each does (by name; else it says its arguments)."""

    name: str = "home"
    kept: list[Tool] = field(default_factory=list)
    does: dict[str, Does] = field(default_factory=dict)
    called: list[tuple[str, dict[str, Any], Caller]] = field(default_factory=list)

    def add(self, name: str, does: Does | None = None, **traits: Any) -> Tool:
        schema = json.dumps(traits.pop("schema", {"type": "object", "properties": {}}))
        made = Tool(name=name, source=self.name, parameters=schema, **traits)
        self.kept = [one for one in self.kept if one.name != name] + [made]
        if does is not None:
            self.does[name] = does
        return made

    def tools(self) -> Sequence[Tool]:
        return self.kept

    async def call(self, tool: str, arguments: dict[str, Any], caller: Caller) -> str:
        self.called.append((tool, arguments, caller))
        if tool in self.does:
            return await self.does[tool](arguments, caller)
        return json.dumps(arguments)


@dataclass
class Box:
    """The service and what came of it."""

    runtime: Runtime
    home: Home
    toolbox: Toolbox
    board: ServerBoard
    facts: list[ToolCalledEvent] = field(default_factory=list)

    async def call(
        self, name: str, arguments: Any = None, *, owner: str = "anna", **how: Any
    ) -> ToolResultEvent:
        text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
        call = ToolCall(id="c1", name=name, arguments=text)
        return await self.runtime.bus.request(CallToolEvent(owner=owner, call=call, **how), ToolResultEvent)

    async def tools(self, query: str = "", *, owner: str = "anna", **how: Any) -> list[str]:
        found = await self.runtime.bus.request(ListToolsEvent(owner=owner, query=query, **how), ToolsEvent)
        return [tool.name for tool in found.tools]


@asynccontextmanager
async def box(runtime: Runtime, home: Home | None = None, **tools: Any) -> AsyncIterator[Box]:
    """The service runs while the context is open. tools: its settings."""
    settings = Settings.model_validate({"data_dir": Path("data"), "tools": tools})
    made = Box(runtime, home or Home(), Toolbox(), ServerBoard())
    service = ToolsService(runtime, settings, made.toolbox, made.board, sources=(made.home,))

    async def listen() -> None:
        with runtime.bus.subscribe(ToolCalledEvent, name="test") as facts:
            async for fact in facts:
                made.facts.append(fact)

    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(listen)
        await anyio.lowlevel.checkpoint()
        group.start_soon(service.run, ready.set)
        await ready.wait()
        try:
            yield made
        finally:
            group.cancel_scope.cancel()
