"""Talking over a WebSocket: several answers at once, each of which can be called off.

JSON in both directions.  From the client: {"type": "ask", "id", "text", …} (what Solo answers, see AskBody),
{"type": "generate", "id", "prompt", …} (what a model answers, see GenerateBody), {"type": "cancel", "id"}.
From Solo: {"type": "hello"}, then for each id `queued` and `delta`s, and at last `done` or `error`.
"""

from __future__ import annotations

from typing import Any, Final

import anyio
from anyio.abc import TaskGroup
from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocketDisconnect

from app.api.asking import asked
from app.api.dependencies import Deps, Given, check_text
from app.api.errors import report
from app.api.generating import generated, generation
from app.api.modelling import Delta, Failed, Finished, GenerateBody, Order, Queued, Step
from app.api.schemas import AskBody
from app.api.sockets import GOING_AWAY, TOO_SLOW, enter, leave
from app.api.streaming import PATIENCE
from app.events.base import Answer, Request
from app.events.dialogue import AnswerOptions, ReplyDeltaEvent, ReplyEvent, ReplyStepEvent, UserSaidEvent
from app.events.llm import LLMQueuedEvent, LLMResponseEvent, LLMTokenEvent
from app.kernel.errors import BadInput, Busy, Interrupted, NotFound, SoloError, TurnCancelled, explain

router = APIRouter(prefix="/api/v1", tags=["talk"])

MOST: Final = 8
"""Answers that one client may wait for."""


@router.websocket("/chat")
async def chat(socket: WebSocket, deps: Given) -> None:
    """See the module. The token comes as at /api/v1/events; hanging up cancels everything."""
    if await enter(socket, deps.token):
        await _Talk(socket, deps).hold()


class _Talk:
    """One client."""

    def __init__(self, socket: WebSocket, deps: Deps) -> None:
        self._socket = socket
        self._deps = deps
        self._works: dict[str, anyio.CancelScope] = {}
        self._sending = anyio.Lock()
        self._code, self._reason = 0, ""

    async def hold(self) -> None:
        """Until the client leaves, lets too much pile up, or Solo stops."""
        async with anyio.create_task_group() as group:

            def close() -> None:
                self._end(group, GOING_AWAY, "Solo is stopping.")

            with self._deps.closing.calls(close):
                await self._send_text('{"type": "hello"}', group)
                await self._listen(group)
            group.cancel_scope.cancel()
        if self._code:
            await leave(self._socket, self._code, self._reason)

    async def _listen(self, group: TaskGroup) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await self._take(message.get("text") or "", group)

    async def _take(self, text: str, group: TaskGroup) -> None:
        key = ""
        try:
            order = _order(text)
            key = order.id
            if order.type == "cancel":
                self._cancel(key)
                return
            if key in self._works or len(self._works) >= MOST:
                raise Busy(f"{key!r} is being answered." if key in self._works else f"{MOST} are enough.")
            request = _request(order, self._deps)
        except SoloError as error:
            await self._send(Failed(id=key, error=report(error).error), group)
            return
        self._works[key] = anyio.CancelScope()
        group.start_soon(self._answer, key, request, group, name="api.chat")

    def _cancel(self, key: str) -> None:
        if key not in self._works:
            raise NotFound(f"Nothing is being answered as {key!r}.")
        self._works[key].cancel()

    async def _answer(self, key: str, request: Request, group: TaskGroup) -> None:
        failed: SoloError | None = TurnCancelled("It was called off.")
        with self._works[key]:
            try:
                await self._ask(key, request, group)
                failed = None
            except Exception as error:  # noqa: BLE001  (the seam: the edge of the process)
                failed = explain(error)
        del self._works[key]
        if failed is not None:
            await self._send(Failed(id=key, error=report(failed).error), group)

    async def _ask(self, key: str, request: Request, group: TaskGroup) -> None:
        done: BaseModel | None = None
        bus, seconds = self._deps.runtime.bus, self._deps.settings.api.timeout_seconds
        async with bus.ask(request, timeout=seconds) as answers:
            async for answer in answers:
                told = _told(key, answer, request)
                if isinstance(told, Finished):
                    done = told
                elif told is not None:
                    await self._send(told, group)
        if done is None:
            raise Interrupted("The answer broke off.")
        await self._send(done, group)

    async def _send(self, told: BaseModel, group: TaskGroup) -> None:
        await self._send_text(told.model_dump_json(), group)

    async def _send_text(self, text: str, group: TaskGroup) -> None:
        try:
            async with self._sending:
                with anyio.fail_after(PATIENCE):
                    await self._socket.send_text(text)
        except TimeoutError:
            self._end(group, TOO_SLOW, "You were too slow for the answers.")
        except (WebSocketDisconnect, RuntimeError):
            self._end(group, 0, "")  # it hung up

    def _end(self, group: TaskGroup, code: int, reason: str) -> None:
        self._code, self._reason = code, reason
        group.cancel_scope.cancel()


def _order(text: str) -> Order:
    try:
        return Order.model_validate_json(text)
    except ValidationError as error:
        raise BadInput(f"That is no message for Solo: {_why(error)}.") from error


def _request(order: Order, deps: Deps) -> Request:
    fields = order.model_extra or {}
    try:
        if order.type == "generate":
            return generation(GenerateBody.model_validate(fields), deps.settings.api.max_prompt_chars)
        body = AskBody.model_validate(fields)
    except ValidationError as error:
        raise BadInput(f"That is no message for Solo: {_why(error)}.") from error
    check_text(body.text, deps)
    return UserSaidEvent(
        text=body.text,
        channel="api",
        dialogue=body.dialogue,
        recall=body.recall,
        options=AnswerOptions.flat(body.options.model_dump(exclude_none=True)),
        turn=deps.runtime.clock.new_id(),
    )


def _why(error: ValidationError) -> str:
    """The first thing that is wrong; never what was sent, which may be private."""
    problem: Any = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where + ': ' if where else ''}{str(problem['msg']).lower()}"


def _told(key: str, answer: Answer, request: Request) -> BaseModel | None:
    if isinstance(answer, (ReplyDeltaEvent, LLMTokenEvent)):
        return Delta(id=key, text=answer.text)
    if isinstance(answer, ReplyStepEvent):
        return Step(id=key, tool=answer.tool, done=answer.done, ok=answer.ok, asks=answer.asks)
    if isinstance(answer, LLMQueuedEvent):
        return Queued(id=key, position=answer.position)
    if isinstance(answer, LLMResponseEvent):
        return Finished(id=key, reply=generated(answer))
    if isinstance(answer, ReplyEvent):
        return Finished(id=key, reply=asked(request.turn or "", answer))
    return None
