"""What happens, as it happens: server-sent events and a WebSocket with the same JSON."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Generator, Sequence
from difflib import get_close_matches
from typing import Annotated, Final

import anyio
from fastapi import APIRouter, Query, Request, WebSocket
from starlette.responses import Response
from starlette.websockets import WebSocketDisconnect

from app.api.dependencies import Deps, Given
from app.api.schemas import EventEnvelope
from app.api.sockets import GOING_AWAY, POLICY, TOO_SLOW, enter, leave
from app.api.streaming import PATIENCE, Emit, event_bytes, server_sent_events
from app.events.base import LOCAL_OWNER, Answer, Event, Fact
from app.kernel.bus import Envelope, Overrun, Subscription
from app.kernel.errors import NotFound, SoloError

router = APIRouter(prefix="/api/v1", tags=["events"])

QUEUE: Final = 512
"""Events that may wait for a client; one that lets more pile up loses its subscription."""

Types = Annotated[list[str], Query(alias="type", description="only events of these types; repeat it")]


@router.get("/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
async def events(request: Request, deps: Given, types: Types = []) -> Response:  # noqa: B006  (FastAPI copies it)
    """Every event of the owner from now on, as server-sent events called by their type."""
    kinds = _kinds(types)

    async def produce(emit: Emit) -> None:
        with _subscribed(deps, kinds) as subscription:
            await emit(b": listening\n\n")
            async for envelope in _own(subscription):
                await emit(event_bytes(envelope.type, envelope))

    return server_sent_events(produce)


@router.websocket("/events")
async def events_socket(socket: WebSocket, deps: Given) -> None:
    """The same over a WebSocket. The token comes by `Authorization: Bearer`, by the subprotocol
    `solo.token.…` beside `solo.v1` (browsers), or as the first message: {"token": "…"}."""
    if not await enter(socket, deps.token):
        return
    try:
        kinds = _kinds(socket.query_params.getlist("type"))
    except SoloError as error:
        await leave(socket, POLICY, error.message)
        return
    with _subscribed(deps, kinds) as subscription:
        await _serve(socket, subscription)


async def _serve(socket: WebSocket, subscription: Subscription[Event]) -> None:
    code, reason = GOING_AWAY, "Solo is stopping."

    async def watch(scope: anyio.CancelScope) -> None:
        nonlocal code
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass  # nothing is expected from a client, and nothing that it sends does harm
        code = 0
        scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(watch, group.cancel_scope, name="api.watch")
        try:
            await socket.send_text('{"type": "hello"}')
            async for envelope in _own(subscription):
                with anyio.fail_after(PATIENCE):
                    await socket.send_text(envelope.model_dump_json())
        except (Overrun, TimeoutError):
            code, reason = TOO_SLOW, "You were too slow for the events."
        except (WebSocketDisconnect, RuntimeError):
            code = 0  # it hung up between two events
        group.cancel_scope.cancel()
    if code:
        await leave(socket, code, reason)


@contextlib.contextmanager
def _subscribed(deps: Deps, kinds: tuple[type[Event], ...]) -> Generator[Subscription[Event]]:
    with (
        deps.runtime.bus.subscribe(*kinds, name="api.events", size=QUEUE) as subscription,
        deps.closing.calls(subscription.close),
    ):
        yield subscription


def _kinds(names: Sequence[str]) -> tuple[type[Event], ...]:
    """The classes of these names; of none: everything that is broadcast."""
    known = {kind.__name__: kind for base in (Fact, Answer) for kind in base.__subclasses__()}
    unknown = [name for name in names if name not in known]
    if unknown:
        near = get_close_matches(unknown[0], known, n=1)
        raise NotFound(
            f"There is no event called {unknown[0]!r}.", hint=f"Did you mean {near[0]}?" if near else ""
        )
    return tuple(known[name] for name in names) or (Event,)


async def _own(subscription: Subscription[Event]) -> AsyncIterator[EventEnvelope]:
    async for envelope in subscription.envelopes():
        if envelope.event.owner == LOCAL_OWNER:
            yield _public(envelope)


def _public(envelope: Envelope) -> EventEnvelope:
    event = envelope.event
    return EventEnvelope(
        sequence=envelope.sequence,
        at=envelope.at,
        type=type(event).__name__,
        event=event.model_dump(mode="json"),
    )
