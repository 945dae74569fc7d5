"""What the failures of the package mean, in a sentence that names the server. Imports `mcp`."""

from __future__ import annotations

from typing import Final, cast

import anyio
import httpx2
from mcp import MCPError
from mcp_types import (
    CONNECTION_CLOSED,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    REQUEST_TIMEOUT,
    UNSUPPORTED_PROTOCOL_VERSION,
)

from app.kernel.errors import BadInput, PermanentError, SoloError, TimedOut, Unavailable
from app.skills.tools.mcp.hiding import Hiding
from app.skills.tools.mcp.streamable import TooMuch

LONGEST: Final = 500
"""Characters of what a server says of a failure."""
KNOWN: Final = (
    MCPError,
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    anyio.ClosedResourceError,
    anyio.BrokenResourceError,
    anyio.EndOfStream,
    OSError,
    ValueError,  # what is of the wrong shape
    RuntimeError,  # a protocol version that nobody knows, and the like
)
"""What the package raises."""


def meaning(name: str, error: Exception, hiding: Hiding) -> SoloError | None:
    """None for what is none of the package's failures: a mistake of Solo."""
    leaves = list(_leaves(error))
    known = next((leaf for leaf in leaves if isinstance(leaf, SoloError)), None)
    if known is not None:
        return known
    if not all(isinstance(leaf, KNOWN) for leaf in leaves):
        return None
    return _one(name, leaves[0], hiding)


def _one(name: str, error: BaseException, hiding: Hiding) -> SoloError:
    server = f"The MCP server {name}"
    if isinstance(error, MCPError):
        return _told(server, error, hiding)
    if isinstance(error, TooMuch | httpx2.SSEError):
        return Unavailable(f"{server} sent more than any honest one does.")
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return Unavailable(f"Nobody answers at the address of the MCP server {name}.")
    if isinstance(error, httpx2.TimeoutException | TimeoutError):
        return TimedOut(f"{server} gave no answer in time.")
    if isinstance(error, httpx2.HTTPError | OSError | anyio.ClosedResourceError | anyio.BrokenResourceError):
        return Unavailable(f"The connection to the MCP server {name} broke off.")
    return Unavailable(f"{server} does not speak as it should.")


def _told(server: str, error: MCPError, hiding: Hiding) -> SoloError:
    words = hiding.shown(error.message, LONGEST)
    if is_closed(error):
        return Unavailable(f"{server} is away.")
    if error.code == REQUEST_TIMEOUT:
        return TimedOut(f"{server} gave no answer in time.")
    if error.code in (METHOD_NOT_FOUND, UNSUPPORTED_PROTOCOL_VERSION):
        return PermanentError(f"{server} does not know what it is asked for: {words}")
    kind = BadInput if error.code == INVALID_PARAMS else PermanentError
    return kind(f"{server} says: {words}")


def is_closed(error: MCPError) -> bool:
    """The package says so; servers use the same code for whatever they please."""
    return error.code == CONNECTION_CLOSED and error.message.startswith(("Connection closed", "SSE stream"))


def _leaves(error: BaseException) -> list[BaseException]:
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    group = cast(BaseExceptionGroup[BaseException], error)
    return [leaf for inner in group.exceptions for leaf in _leaves(inner)]
