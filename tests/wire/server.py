"""A server on this machine that speaks a provider's wire, and misbehaves when it is told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.wire.brain import Ask, Brain, Said, TooLong

KEY = "sk-test-0123456789abcdef"
MODEL = "tiny-1"
Writer = asyncio.StreamWriter


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any = None


@dataclass
class Reply:
    """A failure as a provider words it."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


class Wire(Protocol):
    """How a provider speaks."""

    engine: str
    prefix: str

    def key(self, asked: Asked) -> str: ...
    def look(self, asked: Asked) -> Any | None:
        """The answer to a question for models; None where this is none."""
        ...

    def ask(self, asked: Asked) -> Ask: ...
    def events(self, said: Said) -> Iterator[str]:
        """The events of a stream, one text for each."""
        ...

    def failure(self, kind: str, message: str) -> Reply:
        """kinds: too_long, bad_key, forbidden, no_credit, no_model, too_many, broken, overloaded."""
        ...

    def failure_within(self, message: str) -> str:
        """An event that is a failure."""
        ...


class WireServer:
    """Its address, what it was asked, and what it is to do wrong (`trouble`, for chats alone; see
    `_misbehave`). left: connections that were given up while something was being sent."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.brain = Brain()
        self.asked: list[Asked] = []
        self.trouble = ""
        self.delay = 0.0
        self.left = 0
        self.url = ""
        self._open: set[asyncio.Task[None]] = set()

    @property
    def chats(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == "POST"]

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while True:
                asked = await _read(reader)
                self.asked.append(asked)
                if not await self._answer(asked, writer):
                    return
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the connection is at its end, or the server
        except ConnectionError:
            self.left += 1
        finally:
            self._open.discard(task)
            writer.close()

    async def _answer(self, asked: Asked, writer: Writer) -> bool:
        """Whether the connection stays."""
        if self.wire.key(asked) != KEY:
            _send(writer, self.wire.failure("bad_key", f"Incorrect API key provided: {KEY}"))
            return True
        looked = self.wire.look(asked)
        if looked is not None:
            _send(writer, looked if isinstance(looked, Reply) else Reply(200, looked))
            return True
        if self.trouble:
            return await self._misbehave(asked, writer)
        try:
            said = self.brain.say(self.wire.ask(asked))
        except TooLong as error:
            _send(writer, self.wire.failure("too_long", f"The prompt is too long: {error} tokens"))
            return True
        _begin(writer)
        for event in self.wire.events(said):
            _piece(writer, event)
            await writer.drain()
            await asyncio.sleep(self.delay)
        _end(writer)
        return True

    async def _misbehave(self, asked: Asked, writer: Writer) -> bool:
        events = list(self.wire.events(self.brain.say(self.wire.ask(asked))))
        some = events[: len(events) // 2]
        match self.trouble:
            case "silent":
                await asyncio.sleep(30)
            case "silent_within":
                _begin(writer)
                for event in some:
                    _piece(writer, event)
                await asyncio.sleep(30)
            case "hang_up":
                pass
            case "half":  # the connection breaks in the middle of an event
                _begin(writer)
                for event in [*some, events[len(some)][:15]]:
                    _piece(writer, event)
                await writer.drain()
            case "half_first":  # the connection breaks in the middle of the first event
                _begin(writer)
                _piece(writer, events[0][:15])
                await writer.drain()
            case "half_quietly":  # as above, but the body ends as if all were well
                _begin(writer)
                for event in [*some, events[len(some)][: len(events[len(some)]) // 2]]:
                    _piece(writer, event)
                _end(writer)
            case "unfinished":  # whole events, but the end never comes
                _begin(writer)
                for event in some:
                    _piece(writer, event)
                _end(writer)
            case "wrong_json":
                _begin(writer)
                _piece(writer, "event: message_start\ndata: {not json}\n\n")
                _end(writer)
            case "other_json":
                _begin(writer)
                _piece(writer, 'event: message_start\ndata: {"hello": ["world"]}\n\n')
                _end(writer)
            case "html":
                page = b"<html><body>Welcome!</body></html>"
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n")
                writer.write(f"content-length: {len(page)}\r\n\r\n".encode() + page)
            case "html_failure":
                page = b"<html><body>Bad gateway</body></html>"
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\n")
                writer.write(f"content-length: {len(page)}\r\n\r\n".encode() + page)
            case "endless":
                _begin(writer)
                for _ in range(10):
                    _piece(writer, "x" * 1024 * 1024)
                    await writer.drain()
            case "endless_event":  # lines that end, of an event that does not
                _begin(writer)
                for _ in range(300):
                    _piece(writer, f"data: {'x' * 10000}\n")
                await writer.drain()
            case "chatty":  # all is well but for the length
                _begin(writer)
                for _ in range(300):
                    for event in some[:-1]:
                        _piece(writer, event)
                await writer.drain()
            case "squeezed":
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd")
            case "elsewhere":
                writer.write(b"HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n")
            case "failure_within":
                _begin(writer)
                for event in [*some, self.wire.failure_within("out of memory")]:
                    _piece(writer, event)
                _end(writer)
            case kind:
                _send(writer, self.wire.failure(kind, f"because of {kind}, and not of {KEY}"))
        await writer.drain()
        return False

    async def stop(self) -> None:
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


@asynccontextmanager
async def serving(wire: Wire) -> AsyncGenerator[WireServer]:
    """A server of this wire at a free port."""
    server = WireServer(wire)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}{wire.prefix}"
    try:
        yield server
    finally:
        listening.close()
        await server.stop()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, json.loads(body) if body else None)


def _send(writer: Writer, reply: Reply) -> None:
    data = json.dumps(reply.body).encode()
    head = {"content-type": "application/json", "content-length": str(len(data)), **reply.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    writer.write(f"HTTP/1.1 {reply.status} X\r\n{lines}\r\n".encode() + data)


def _begin(writer: Writer) -> None:
    writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
        b"transfer-encoding: chunked\r\n\r\n"
    )


def _piece(writer: Writer, text: str) -> None:
    data = text.encode()
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _end(writer: Writer) -> None:
    writer.write(b"0\r\n\r\n")
