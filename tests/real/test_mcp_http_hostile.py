"""Addresses at which no honest MCP server is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.abc import SocketStream

from app.config.tools import McpServer
from app.skills.tools.mcp.wanted import Pace
from tests.real.mcp_child import KEY, running, until

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

JSON = b"content-type: application/json\r\n"
ANSWERS = {
    "/key": b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n",
    "/proxy": b"HTTP/1.1 502 Bad\r\ncontent-length: 0\r\n\r\n",
    "/html": b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>",
    "/none": b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n",
    "/wrong": b"HTTP/1.1 200 OK\r\n" + JSON + b"content-length: 2\r\n\r\n[]",
    "/packed": b"HTTP/1.1 200 OK\r\n" + JSON + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\nxx",
    "/endless": b"HTTP/1.1 200 OK\r\n" + JSON + b"\r\n",
    "/event": b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: ",
    "/hang_up": b"",
    "/silent": b"",
}
ENDLESS = ("/endless", "/event")


@asynccontextmanager
async def answering(path: str) -> AsyncIterator[tuple[str, list[bytes]]]:
    """An address, and all that was sent there."""
    heard: list[bytes] = []

    async def answer(stream: SocketStream) -> None:
        async with stream:
            try:
                heard.append(await stream.receive())
                if path == "/silent":
                    await anyio.sleep_forever()
                await stream.send(ANSWERS.get(path, ANSWERS["/none"]))
                while path in ENDLESS:
                    await stream.send(b"x" * 100_000)
            except (anyio.BrokenResourceError, anyio.EndOfStream):
                pass

    listeners = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listeners.extra(anyio.abc.SocketAttribute.local_port)
    async with listeners, anyio.create_task_group() as group:
        group.start_soon(listeners.serve, answer)
        yield f"http://127.0.0.1:{port}{path}", heard
        group.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/key", "does not let Solo in (HTTP 401)"),
        ("/proxy", "is not there (HTTP 502)"),
        ("/html", "Unexpected content type: text/html"),
        ("/none", "does not know what it is asked for"),
        ("/wrong", "MCP server house"),
        ("/packed", "sent more than any honest one"),
        ("/endless", "sent more than any honest one"),
        ("/event", "MCP server house"),
        ("/hang_up", "MCP server house broke off"),
        ("/silent", "gave no answer in time"),
    ],
)
async def test_what_is_wrong_is_one_sentence_without_the_key(path: str, words: str) -> None:
    async with answering(path) as (url, heard):
        server = McpServer.model_validate({"url": url, "headers": {"Authorization": f"Bearer {KEY}"}})
        async with running(server, pace=Pace(connect=0.5 if path == "/silent" else 30), up=False) as house:
            await until(lambda: house.now().state == "away")
            reason = house.now().reason
    assert words in reason
    assert KEY not in reason
    assert KEY.encode() in heard[0]  # it was meant for this server
    assert not house.names()


async def test_a_redirect_to_elsewhere_is_not_followed() -> None:
    async with answering("/key") as (elsewhere, heard_elsewhere):
        ANSWERS["/moved"] = f"HTTP/1.1 307 Go\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n".encode()
        async with answering("/moved") as (url, _):
            server = McpServer.model_validate({"url": url, "headers": {"Authorization": KEY}})
            async with running(server, up=False) as house:
                await until(lambda: house.now().state == "away")
                assert "not followed" in house.now().reason
    assert not heard_elsewhere
