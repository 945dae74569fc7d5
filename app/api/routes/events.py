"""What happens, as it happens: server-sent events and a WebSocket with the same JSON."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Generator, Sequence
from difflib import get_close_matches
from typing import Annotated, Final

import anyio
from fastapi import APIRouter, Query, Request, WebSocket
from pydantic import BaseModel, ValidationError
from starlette.responses import Response
from starlette.websockets import WebSocketDisconnect

from app.api.dependencies import Deps, Given
from app.api.door import same
from app.api.schemas import EventEnvelope
from app.api.streaming import PATIENCE, Emit, event_bytes, server_sent_events
from app.events.base import LOCAL_OWNER, Answer, Event, Fact
from app.kernel.bus import Envelope, Overrun, Subscription
from app.kernel.errors import NotFound, SoloError

router = APIRouter(prefix="/api/v1", tags=["events"])

PROTOCOL: Final = "solo.v1"
TOKEN_PROTOCOL: Final = "solo.token."  # noqa: S105  (what stands before one)
FIRST_MESSAGE_SECONDS: Final = 5.0
QUEUE: Final = 512
"""Events that may wait for a client; one that lets more pile up loses its subscription."""
POLICY, TOO_SLOW, GOING_AWAY = 1008, 1013, 1001
"""Close codes of RFC 6455 and its registry."""

Types = Annotated[list[str], Query(alias="type", description="only events of these types; repeat it")]


class _Hello(BaseModel):
    token: str


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
    offered: Sequence[str] = socket.scope.get("subprotocols", ())
    await socket.accept(PROTOCOL if PROTOCOL in offered else None)
    if not await _has_token(socket, offered, deps.token):
        await _close(socket, POLICY, "This needs Solo's token.")
        return
    try:
        kinds = _kinds(socket.query_params.getlist("type"))
    except SoloError as error:
        await _close(socket, POLICY, error.message)
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
        await _close(socket, code, reason)


async def _close(socket: WebSocket, code: int, reason: str) -> None:
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
