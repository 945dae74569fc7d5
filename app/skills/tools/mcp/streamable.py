"""A server that is reached over streamable HTTP. Imports `mcp`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from mcp.client.streamable_http import MCP_SESSION_ID, streamable_http_client

from app.config.tools import McpServer
from app.kernel.errors import Forbidden, SoloError, Unavailable
from app.kernel.loopback import is_loopback, trusted
from app.skills.tools.mcp.ending import Ending

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of an answer, or of one event in a stream of them."""
CONNECT_SECONDS: Final = 5.0
QUIET_SECONDS: Final = 300.0
"""So long a stream may say nothing; whether the server lives is asked in other ways."""
REFUSED: Final = (401, 403)
AWAY: Final = (502, 503, 504)
GONE: Final = 404


class TooMuch(httpx2.TransportError):
    """More came than any honest server sends."""


@asynccontextmanager
async def reached(name: str, server: McpServer, ending: Ending, quiet: float) -> AsyncGenerator[Any]:
    """The streams to and from the server. quiet: seconds that it may be silent during a call."""
    timeout = httpx2.Timeout(QUIET_SECONDS, connect=CONNECT_SECONDS, read=max(QUIET_SECONDS, quiet))
    headers = {key: value.get_secret_value() for key, value in server.headers.items()}

    async def looked_at(response: httpx2.Response) -> None:
        told = _status(name, response)
        if told is not None:
            ending.say(told)
        if response.headers.get("content-encoding", "identity") != "identity":
            raise TooMuch("a compressed answer, which was not asked for", request=response.request)
        streams = response.headers.get("content-type", "").startswith("text/event-stream")
        if not streams and isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response.stream)

    async with (
        httpx2.AsyncClient(
            headers={**headers, "accept-encoding": "identity"},
            timeout=timeout,
            trust_env=not is_loopback(server.url),
            verify=trusted(server.url),
            follow_redirects=False,
            event_hooks={"response": [looked_at]},
        ) as client,
        streamable_http_client(server.url, http_client=client, max_sse_event_size=LARGEST) as streams,
    ):
        yield streams


def check_address(name: str, server: McpServer, *, offline: bool) -> None:
    """Raises Forbidden where Solo is to stay on this machine, or a key would travel for all to read."""
    if is_loopback(server.url):
        return
    host = urlsplit(server.url).hostname
    if offline:
        raise Forbidden(
            f"Solo is set to stay offline, and the MCP server {name} is not on this machine ({host}).",
            hint="Set SOLO_OFFLINE=false, or use a server on 127.0.0.1.",
        )
    if server.headers and urlsplit(server.url).scheme == "http":
        raise Forbidden(
            f"The headers of the MCP server {name} would travel to {host} for everybody to read.",
            hint="Use its https:// address.",
        )


def _status(name: str, response: httpx2.Response) -> SoloError | None:
    """What a status means for the connection; None where it is none of its affair."""
    code = response.status_code
    if response.request.method != "POST":
        return None
    if code in REFUSED:
        hint = "Set the key that it wants in its headers."
        return Forbidden(f"The MCP server {name} does not let Solo in (HTTP {code}).", hint=hint)
    if code in AWAY:
        return Unavailable(f"The MCP server {name} is not there (HTTP {code}).")
    if code == GONE and MCP_SESSION_ID in response.request.headers:
        return Unavailable(f"The MCP server {name} has started anew.")
    return None


class _Bounded(httpx2.AsyncByteStream):
    """A body that has an end."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = 0
        async for piece in self._inner:
            total += len(piece)
            if total > LARGEST:
                raise TooMuch("an answer without an end")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()
