"""WebSockets: who may come in, and how they are left."""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Sequence
from typing import Final

import anyio
from fastapi import WebSocket
from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocketDisconnect

from app.api.streaming import PATIENCE

PROTOCOL: Final = "solo.v1"
TOKEN_PROTOCOL: Final = "solo.token."  # noqa: S105  (what stands before one)
FIRST_MESSAGE_SECONDS: Final = 5.0
POLICY, TOO_SLOW, GOING_AWAY = 1008, 1013, 1001
"""Close codes of RFC 6455 and its registry."""


class _Hello(BaseModel):
    token: str


def same(token: str, given: str) -> bool:
    """Compare without telling by the time it takes how much was right."""
    return hmac.compare_digest(token.encode(), given.encode())


async def enter(socket: WebSocket, token: str) -> bool:
    """Accept it; False, and it is closed, when it does not bring the token: by `Authorization: Bearer`,
    by the subprotocol `solo.token.…` beside `solo.v1` (browsers), or as the first message."""
    offered: Sequence[str] = socket.scope.get("subprotocols", ())
    await socket.accept(PROTOCOL if PROTOCOL in offered else None)
    if await _has_token(socket, offered, token):
        return True
    await leave(socket, POLICY, "This needs Solo's token.")
    return False


async def leave(socket: WebSocket, code: int, reason: str) -> None:
    """Close it, if it is still open."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError), anyio.move_on_after(PATIENCE):
        await socket.close(code, reason)


async def _has_token(socket: WebSocket, offered: Sequence[str], token: str) -> bool:
    scheme, _, given = socket.headers.get("authorization", "").partition(" ")
    if given:
        return scheme.lower() == "bearer" and same(token, given.strip())
    for protocol in offered:
        if protocol.startswith(TOKEN_PROTOCOL):
            return same(token, protocol.removeprefix(TOKEN_PROTOCOL))
    with (
        contextlib.suppress(WebSocketDisconnect, ValidationError, KeyError),
        anyio.move_on_after(FIRST_MESSAGE_SECONDS),
    ):
        return same(token, _Hello.model_validate_json(await socket.receive_text()).token)
    return False
