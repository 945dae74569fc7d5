"""Solo as an MCP server, for programs that speak MCP over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.dependencies import Deps, Given
from app.api.rpc import PATH
from app.kernel.errors import NotFound

router = APIRouter(tags=["mcp"])

Serve = Callable[[Deps, Scope, Receive, Send], Awaitable[None]]


@router.post(PATH, include_in_schema=False)
async def mcp(deps: Given) -> Response:
    """One message of the protocol, whose shapes its own pages say."""
    if not deps.settings.api.mcp:
        raise NotFound("MCP is switched off.", hint="Switch it on: SOLO_API__MCP=true")
    return _Answer(deps, await deps.runtime.pool.run(_load))


def _load() -> Serve:
    from app.api.mcp.http import serve

    return serve


class _Answer(Response):
    """Lets the protocol's own library read the request and answer it."""

    def __init__(self, deps: Deps, serve: Serve) -> None:
        super().__init__()
        self._deps = deps
        self._serve = serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._serve(self._deps, scope, receive, send)
