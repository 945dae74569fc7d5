"""A door that really listens, with scripted tools behind it, and the official client on every road."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from app.api.address import read_address, read_token
from app.api.collector import Collector
from app.api.mcp.desk import Desk
from app.api.mcp.server import build
from app.api.service import ApiService
from app.config.settings import Settings
from app.events.tools import (
    CallToolEvent,
    ListToolServersEvent,
    ListToolsEvent,
    Tool,
    ToolResultEvent,
    ToolServer,
    ToolServersEvent,
    ToolsEvent,
)
from app.kernel.loopback import nobody
from app.kernel.runtime import Runtime
from app.main import serving
from tests.unit.api.scripted import Scripted

TEXT = '{"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}'
TOOLS = (
    Tool(name="what_time", description="The time now.", effects="none"),
    Tool(name="set_timer", description="Set a timer.", parameters=TEXT, effects="own"),
    Tool(name="send_mail", description="Send a mail.", parameters=TEXT, effects="world", confirm=True),
    Tool(name="look_up", description="Look it up.", source="acme", outside=True),
    Tool(name="calendar_list", description="What is on.", source="calendar", outside=True),
    Tool(name="ask_solo", description="It has a name that is taken.", source="acme"),
)
TICKET = "ticket-of-the-mail"
QUESTION = "Shall I send the mail?"


@dataclass
class Toolsmith:
    """Owns the tools. held: calls wait for it; ended: calls that are over."""

    calls: list[CallToolEvent] = field(default_factory=list)
    held: anyio.Event | None = None
    begun: anyio.Event = field(default_factory=anyio.Event)
    ended: anyio.Event = field(default_factory=anyio.Event)

    async def listed(self, request: ListToolsEvent) -> Any:
        yield ToolsEvent(tools=TOOLS)

    async def servers(self, request: ListToolServersEvent) -> Any:
        yield ToolServersEvent(servers=(ToolServer(name="calendar", state="connected", tools=1),))

    async def call(self, request: CallToolEvent) -> Any:
        self.calls.append(request)
        self.begun.set()
        try:
            if self.held is not None:
                await self.held.wait()
            yield self._result(request)
        finally:
            self.ended.set()

    def _result(self, request: CallToolEvent) -> ToolResultEvent:
        call = request.call
        told: dict[str, Any] = {"ok": True, "text": f"{call.name} was done."}
        if request.ticket:
            good = request.ticket == TICKET
            told = {"ok": good, "text": "The mail was sent." if good else "There is no such question."}
        elif call.name == "send_mail":
            told = {"ok": False, "text": "", "question": QUESTION, "ticket": TICKET, "effects": "world"}
        elif call.name == "set_timer" and "text" not in json.loads(call.arguments):
            told = {"ok": False, "text": "The argument 'text' is missing.", "code": "bad_input"}
        return ToolResultEvent(call_id=call.id, name=call.name, **told)


@dataclass
class Living:
    """A Solo whose door listens."""

    settings: Settings
    runtime: Runtime
    scripted: Scripted
    smith: Toolsmith

    @property
    def url(self) -> str:
        address = read_address(self.settings.data_dir)
        assert address is not None
        return f"{address.url}/mcp"

    @property
    def token(self) -> str:
        return read_token(self.settings.data_dir) or ""


@asynccontextmanager
async def living(runtime: Runtime, settings: Settings) -> AsyncIterator[Living]:
    scripted, smith = Scripted(runtime), Toolsmith()
    collector = Collector(runtime, settings, list)
    owned = {
        ListToolsEvent: smith.listed,
        ListToolServersEvent: smith.servers,
        CallToolEvent: smith.call,
    }
    async with scripted.serving(), AsyncExitStack() as stack:
        for kind, handler in owned.items():
            await stack.enter_async_context(runtime.bus.serve(kind, handler, name="tools"))
        group = await stack.enter_async_context(anyio.create_task_group())
        ready = anyio.Event()
        group.start_soon(ApiService(runtime, settings, collector).run, ready.set)
        await ready.wait()
        yield Living(settings, runtime, scripted, smith)
        group.cancel_scope.cancel()


ROADS = ("http", "http, as before 2026", "standard input and output")


@asynccontextmanager
async def client_of(solo: Living, road: str, **options: Any) -> AsyncIterator[Client]:
    """The official client. road: one of ROADS; the last one without the child process."""
    async with AsyncExitStack() as stack:
        if road.startswith("http"):
            headers = {"Authorization": f"Bearer {solo.token}"}
            http = await stack.enter_async_context(
                httpx2.AsyncClient(headers=headers, timeout=None, trust_env=False, verify=nobody())
            )
            there: Any = streamable_http_client(solo.url, http_client=http)
        else:
            there = build(await stack.enter_async_context(Desk.open(solo.settings, serving, {})))
        mode = "auto" if road == "http" else "legacy"
        yield await stack.enter_async_context(Client(there, mode=mode, **options))


def words(result: Any) -> str:
    """The text of a result."""
    return "".join(block.text for block in result.content)
