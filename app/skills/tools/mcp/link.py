"""A connection to a server: greeted, asked for its tools, and for what they do. Imports `mcp`."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final, TypeAlias

import mcp_types as types
import structlog
from mcp import ClientSession, MCPError
from mcp.client.subscriptions import SubscriptionLost, listen
from mcp.shared.jsonrpc_dispatcher import JSONRPCDispatcher
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import TypeAdapter, ValidationError

from app.config.tools import McpServer
from app.kernel.clock import Clock
from app.kernel.errors import Unsupported
from app.skills.tools.mcp.ending import Ending
from app.skills.tools.mcp.failures import is_closed
from app.skills.tools.mcp.hiding import Hiding
from app.skills.tools.mcp.stdio import started
from app.skills.tools.mcp.streamable import reached

log = structlog.get_logger("solo.mcp")

for _library in ("mcp", "client"):  # what it logs are words of servers; what it raises is told by us
    logging.getLogger(_library).setLevel(logging.CRITICAL)
for _library in ("httpx2", "httpcore2"):  # addresses may have keys in them
    logging.getLogger(_library).setLevel(logging.WARNING)

PAGES: Final = 64
LISTED: Final = 1024
"""Pages, and tools in them, that are looked at."""
LISTEN_AGAIN_SECONDS: Final = 30.0
NEWER: Final = (types.UNSUPPORTED_PROTOCOL_VERSION, types.METHOD_NOT_FOUND)
"""What a server says to the greeting of all others if it only knows the newest protocol, which has none."""

Said: TypeAlias = types.CallToolResult | types.InputRequiredResult
_SAID: Final[TypeAdapter[Said]] = TypeAdapter(Said)


@dataclass(frozen=True, slots=True)
class Link:
    """What can be asked of a server that has been greeted. Raises what the package raises."""

    name: str
    session: ClientSession
    dispatcher: JSONRPCDispatcher
    clock: Clock

    @property
    def modern(self) -> bool:
        """It speaks the protocol without greeting, pings and unasked news."""
        return self.session.protocol_version in MODERN_PROTOCOL_VERSIONS

    async def tools(self) -> list[types.Tool]:
        """Every page of them, within bounds."""
        capabilities = self.session.server_capabilities
        if capabilities is None or capabilities.tools is None:
            return []
        found: list[types.Tool] = []
        cursor: str | None = None
        seen: set[str | None] = set()
        while cursor not in seen and len(seen) < PAGES and len(found) < LISTED:
            seen.add(cursor)
            page, cursor = await self._page(cursor)
            found += page
            if cursor is None:
                break
        return found[:LISTED]

    async def _page(self, cursor: str | None) -> tuple[list[types.Tool], str | None]:
        if self.modern:
            listed = await self.session.list_tools(params=types.PaginatedRequestParams(cursor=cursor))
            return listed.tools, listed.next_cursor
        # One wrong tool must not cost the others, so the page is not read as a whole.
        params = {"cursor": cursor} if cursor is not None else None
        raw = await self.dispatcher.send_raw_request("tools/list", params)
        tools, further = raw.get("tools"), raw.get("nextCursor")
        if not isinstance(tools, list):
            raise ValueError("no list of tools")
        found: list[types.Tool] = []
        for item in tools[:LISTED]:
            try:
                found.append(types.Tool.model_validate(item, by_name=False))
            except ValidationError:
                log.warning("mcp_tool_left_out", server=self.name, why="it is not described as it should")
        return found, further if isinstance(further, str) else None

    async def ask(self, tool: str, arguments: dict[str, Any]) -> types.CallToolResult:
        """Have a tool called. Being cancelled tells the server."""

        async def progressed(progress: float, total: float | None, message: str | None) -> None:
            del message  # words of others
            log.debug("mcp_progress", server=self.name, progress=progress, of=total)

        params = types.CallToolRequestParams(name=tool, arguments=arguments)
        # Not session.call_tool: it tries the server's own regular expressions on what the server says.
        said = await self.session.send_request(
            types.CallToolRequest(params=params), _SAID, progress_callback=progressed
        )
        if isinstance(said, types.InputRequiredResult):
            raise Unsupported(f"This tool of the MCP server {self.name} asks back, which Solo cannot do.")
        return said

    async def ping(self) -> None:
        """Whatever it answers, it is there. Raises MCPError when the connection is closed."""
        try:
            if self.modern:
                await self.session.send_discover(self.session.protocol_version or "")
            else:
                await self.session.send_ping()
        except MCPError as error:
            if is_closed(error) or error.code == types.REQUEST_TIMEOUT:
                raise

    async def follow(self, changed: Callable[[], None]) -> None:
        """Ask to be told of changes; servers of the older protocol tell without being asked."""
        capabilities = self.session.server_capabilities
        tells = capabilities and capabilities.tools and capabilities.tools.list_changed
        while self.modern and tells:
            try:
                async with listen(self.session, tools_list_changed=True) as news:
                    async for _ in news:
                        changed()
            except SubscriptionLost:
                pass
            except MCPError as error:
                if error.code == types.METHOD_NOT_FOUND:
                    return
            await self.clock.sleep(LISTEN_AGAIN_SECONDS)
            changed()


@asynccontextmanager
async def linked(
    name: str,
    server: McpServer,
    hiding: Hiding,
    ending: Ending,
    clock: Clock,
    *,
    changed: Callable[[], None],
    quiet: float,
) -> AsyncGenerator[Link]:
    """Started or reached, and greeted. What the server asks of Solo is refused by the package.

    changed: it has other tools now; quiet: seconds that it may be silent during a call.
    """

    async def heard(message: object) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            changed()

    if server.command:
        transport = started(name, server, hiding, ending, clock)
    else:
        transport = reached(name, server, ending, quiet)
    async with transport as (inbox, outbox):
        dispatcher = JSONRPCDispatcher(inbox, outbox)
        solo = types.Implementation(name="solo", version=version("solo-assistant"))
        async with ClientSession(dispatcher=dispatcher, client_info=solo, message_handler=heard) as session:
            try:
                await session.initialize()
            except MCPError as error:
                if error.code not in NEWER:
                    raise
                await session.discover()
            yield Link(name, session, dispatcher, clock)
