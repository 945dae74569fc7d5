"""A client's end of a WebSocket, by bare ASGI."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio

from tests.unit.api.scripted import TOKEN, House


class Socket:
    """A client's end, by bare ASGI. It reads only when told to: `stuck` blocks the server's sending."""

    def __init__(
        self, house: House, path: str, headers: dict[str, str], subprotocols: list[str], query: str
    ) -> None:
        self.sent: list[dict[str, Any]] = []
        self.stuck = False
        self._house = house
        self._inbox: list[dict[str, Any]] = [{"type": "websocket.connect"}]
        self._news = anyio.Event()
        named = {"host": "127.0.0.1:8765", **headers}
        self.scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "path": path,
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in named.items()],
            "subprotocols": subprotocols,
        }

    def put(self, message: dict[str, Any]) -> None:
        self._inbox.append(message)
        self._news.set()

    def say(self, text: str) -> None:
        self.put({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        self.put({"type": "websocket.disconnect", "code": 1000})

    async def receive(self) -> dict[str, Any]:
        while not self._inbox:
            self._news = anyio.Event()
            await self._news.wait()
        return self._inbox.pop(0)

    async def send(self, message: dict[str, Any]) -> None:
        if self.stuck and message["type"] == "websocket.send":
            await anyio.sleep_forever()
        self.sent.append(message)

    @property
    def texts(self) -> list[str]:
        return [m["text"] for m in self.sent if m["type"] == "websocket.send"]

    @property
    def closed(self) -> tuple[int, str] | None:
        return next(((m["code"], m["reason"]) for m in self.sent if m["type"] == "websocket.close"), None)


@asynccontextmanager
async def connected(
    house: House,
    headers: dict[str, str] | None = None,
    subprotocols: tuple[str, ...] = (),
    query: str = "",
    path: str = "/api/v1/events",
) -> AsyncIterator[Socket]:
    """A client that has called and has not been let in yet."""
    socket = Socket(house, path, headers or {}, list(subprotocols), query)
    async with anyio.create_task_group() as group:
        group.start_soon(house.app, socket.scope, socket.receive, socket.send)
        yield socket
        if socket.closed is None:
            socket.leave()


KEY = {"Authorization": f"Bearer {TOKEN}"}
