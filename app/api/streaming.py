"""Answers that are sent while they are made, and work that ends when the asker leaves."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import anyio
import structlog
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.dependencies import Closing
from app.api.errors import report
from app.kernel.errors import SoloError, TurnCancelled, Unavailable, explain

log = structlog.get_logger("solo.api")

KEEP_ALIVE: Final = 15.0
"""Seconds without anything to send after which a comment is sent, so that nobody in between hangs up."""
PATIENCE: Final = 10.0
"""Seconds for which a reader may take nothing."""

Emit = Callable[[bytes], Awaitable[None]]
Producer = Callable[[Emit], Awaitable[None]]


@asynccontextmanager
async def leaving_cancels(request: Request, closing: Closing) -> AsyncGenerator[None]:
    """Cancel the body when the client hangs up (it then ends with TurnCancelled) or when the door
    closes (with Unavailable)."""
    left = done = False

    async def watch(scope: anyio.CancelScope) -> None:
        nonlocal left
        while (await request.receive())["type"] != "http.disconnect":
            pass
        left = True
        scope.cancel()

    failed: SoloError | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(watch, group.cancel_scope, name="api.watch")
        try:
            with closing.calls(group.cancel_scope.cancel):
                yield
                done = True
        except SoloError as error:
            failed = error  # carried around the group, which would wrap it
        group.cancel_scope.cancel()
    if failed is not None:
        raise failed
    if left:
        raise TurnCancelled("The asker hung up.")
    if not done:
        raise stopping()


def stopping() -> Unavailable:
    """What those are told who are still waiting when Solo stops."""
    return Unavailable("Solo is stopping.", hint="Ask again when it is back.")


class Streamed(Response):
    """Sends what `produce` emits, piece by piece.

    The status line goes out with the first piece, so what fails before it is an ordinary error with
    its own status.  What fails later is handed to `epilogue` (server-sent events can say it), or, without
    one, breaks the connection off, which is how HTTP says that something is incomplete.  A client that
    hangs up, or takes nothing for PATIENCE seconds, cancels `produce`; so does the closing of the door,
    where it is given.
    """

    def __init__(
        self,
        produce: Producer,
        media_type: str,
        *,
        closing: Closing | None = None,
        epilogue: Callable[[SoloError], bytes] | None = None,
        idle: bytes = b"",
    ) -> None:
        self._produce = produce
        self._closing = closing or Closing()
        self._epilogue = epilogue
        self._idle = idle
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers(None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        road = _Road(send, self.status_code, self.raw_headers)
        failed: SoloError | None = stopping()

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            road.gone = True
            group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(watch, name="api.watch")
            if self._idle:
                group.start_soon(road.keep_alive, self._idle, name="api.keep_alive")
            try:
                with self._closing.calls(group.cancel_scope.cancel):
                    await self._produce(road.emit)
                    failed = None
            except Exception as error:  # noqa: BLE001  (the seam: the edge of the process)
                failed = explain(error)
            group.cancel_scope.cancel()
        await self._end(road, failed)

    async def _end(self, road: _Road, failed: SoloError | None) -> None:
        if road.gone:
            return
        if failed is not None:
            if not road.started:
                raise failed
            if self._epilogue is None:
                log.warning("answer_broke_off", code=failed.code)
                return
            await road.emit(self._epilogue(failed))
        await road.finish()


class _Road:
    """The way to one client."""

    def __init__(self, send: Send, status: int, headers: Any) -> None:
        self.started = False
        self.gone = False
        self._send = send
        self._head = {"type": "http.response.start", "status": status, "headers": headers}
        self._lock = anyio.Lock()
        self._fresh = False

    async def emit(self, piece: bytes) -> None:
        async with self._lock:
            self._fresh = True
            with anyio.move_on_after(PATIENCE) as patience:
                if not self.started:
                    self.started = True
                    await self._send(self._head)
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        if patience.cancelled_caught:
            self.gone = True
            raise TurnCancelled("The reader was too slow.")

    async def keep_alive(self, comment: bytes) -> None:
        while True:
            self._fresh = False
            await anyio.sleep(KEEP_ALIVE)
            if self.started and not self._fresh:
                await self.emit(comment)

    async def finish(self) -> None:
        if not self.started:
            await self.emit(b"")
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def event_bytes(name: str, data: BaseModel) -> bytes:
    """One server-sent event; JSON holds no line break, so one data line is enough."""
    return f"event: {name}\ndata: {data.model_dump_json()}\n\n".encode()


def server_sent_events(produce: Producer, closing: Closing | None = None) -> Streamed:
    """A stream of server-sent events; a failure on the way is its last one, called `error`."""
    return Streamed(
        produce,
        "text/event-stream",
        closing=closing,
        epilogue=lambda error: event_bytes("error", report(error)),
        idle=b": still here\n\n",
    )
