"""MCP over HTTP: each request is served by itself, so nothing is kept of whoever asked.

The library's own checks of Host and Origin are left off: the door has made them already, by the rules that
hold for every path (door.py), and two lists could disagree. Loading the library takes most of a second, so
this file is imported at the first request, in a thread.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import anyio
from anyio.lowlevel import checkpoint
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Message, Receive, Scope, Send

from app.api.dependencies import Deps, check_device
from app.api.door import body_limit
from app.api.handlers import DoorRefusal
from app.api.mcp.house import NOTHING, House
from app.api.mcp.inside import Inside
from app.api.mcp.server import build
from app.api.rpc import PATH
from app.api.streaming import PATIENCE, stopping
from app.kernel.errors import SoloError

for chatty in ("mcp", "sse_starlette"):
    logging.getLogger(chatty).setLevel(logging.WARNING)


class Here:
    """The Housing of a Solo that runs: it is always at hand."""

    def __init__(self, deps: Deps) -> None:
        settings = deps.settings
        speaker: Callable[[], None] | None = None
        if settings.voice.enabled:
            speaker = lambda: check_device(deps, "speaker")  # noqa: E731
        self._house = Inside(deps.runtime, settings, speaker)
        self.remembers = settings.memory.enabled
        self.reexports = settings.api.mcp_reexport
        self.patience = settings.tools.confirm_seconds

    def needs(self, tool: str) -> frozenset[str]:
        """All parts are there."""
        return NOTHING

    def keep(self) -> None:
        """It stays anyway."""

    @asynccontextmanager
    async def at_hand(self, parts: frozenset[str]) -> AsyncGenerator[House]:
        """All parts are."""
        yield self._house

    @asynccontextmanager
    async def near(self) -> AsyncGenerator[House | None]:
        """It is."""
        yield self._house


async def serve(deps: Deps, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request. A client that hangs up ends its work, or takes nothing for PATIENCE seconds; so
    does the closing of the door."""
    limit = body_limit(PATH, deps.settings.api)
    manager = StreamableHTTPSessionManager(build(Here(deps)), stateless=True, max_request_body_size=limit)
    refused: SoloError | None = None
    scoped = anyio.CancelScope()
    way = _Way(send, scoped)
    with scoped, deps.closing.calls(scoped.cancel):
        async with manager.run():
            try:
                await manager.handle_request(scope, receive, way.send)
            except DoorRefusal as refusal:
                refused = refusal.error  # carried around the group, which would wrap it
    if refused is not None:
        raise refused
    if scoped.cancelled_caught:
        await way.end()


class _Way:
    """The way back to one client. scoped: the work that it waits for."""

    def __init__(self, send: Send, scoped: anyio.CancelScope) -> None:
        self._send = send
        self._scoped = scoped
        self._begun = self._over = False

    async def send(self, message: Message) -> None:
        """Hand it over; who takes nothing is let go."""
        self._begun = True
        with anyio.move_on_after(PATIENCE) as patience:
            await self._send(message)
            self._over = message["type"] == "http.response.body" and not message.get("more_body", False)
        if patience.cancelled_caught:
            self._over = True
            self._scoped.cancel()
            await checkpoint()

    async def end(self) -> None:
        """Solo stops. Raises that when nothing was answered yet."""
        if not self._begun:
            raise stopping()
        if not self._over:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
