"""What becomes of the work of those who hang up, who take nothing, and of everybody when Solo stops."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

import app.api.mcp.http  # noqa: F401  (at the first request it would be loaded while the clock runs)
from tests.unit.api.scripted import TOKEN, House, until

pytestmark = pytest.mark.anyio

BODY = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {
        "name": "ask_solo",
        "arguments": {"text": "x"},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "progressToken": 7,
        },
    },
}
HEADERS = {
    "host": "127.0.0.1:8765",
    "authorization": f"Bearer {TOKEN}",
    "accept": "application/json, text/event-stream",
    "content-type": "application/json",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "ask_solo",
}


class Line:
    """A connection as the server sees it."""

    def __init__(self, take: Callable[[], Awaitable[None]]) -> None:
        self.sent: list[Any] = []
        self.left = anyio.Event()
        self._take = take
        self._asked = False

    async def receive(self) -> Any:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": json.dumps(BODY).encode(), "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        await self._take()

    async def ask(self, house: House) -> None:
        headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
        scope = {"type": "http", "method": "POST", "path": "/mcp", "raw_path": b"/mcp", "query_string": b""}
        scope |= {"headers": headers, "scheme": "http", "http_version": "1.1", "root_path": ""}
        await house.app(scope, self.receive, self.send)


async def at_once() -> None:
    """Whoever reads everything."""


async def test_who_takes_nothing_is_let_go_and_the_answer_is_called_off(house: House) -> None:
    line = Line(anyio.sleep_forever)
    with anyio.fail_after(60):
        await line.ask(house)
    await until(lambda: house.scripted.ended)
    assert len(line.sent) == 1


async def test_who_hangs_up_calls_the_answer_off(house: House) -> None:
    house.scripted.hold = anyio.Event()
    line = Line(at_once)
    async with anyio.create_task_group() as group:
        group.start_soon(line.ask, house)
        await until(lambda: house.scripted.asked)
        line.left.set()
        await until(lambda: house.scripted.ended)
    assert line.sent == []


async def test_when_solo_stops_those_who_wait_are_told(house: House) -> None:
    house.scripted.hold = anyio.Event()
    line = Line(at_once)
    async with anyio.create_task_group() as group:
        group.start_soon(line.ask, house)
        await until(lambda: house.scripted.asked)
        house.deps.closing.say()
    start, body = line.sent
    assert start["status"] == 503
    assert json.loads(body["body"])["error"]["message"].startswith("Solo is stopping.")


async def test_when_solo_stops_a_begun_answer_ends(house: House) -> None:
    begun, stopped = anyio.Event(), anyio.Event()

    async def take() -> None:
        if len(line.sent) == 2:
            begun.set()
            await stopped.wait()

    line = Line(take)
    async with anyio.create_task_group() as group:
        group.start_soon(line.ask, house)
        await begun.wait()
        house.deps.closing.say()
        stopped.set()
    assert line.sent[0]["status"] == 200
    assert line.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
