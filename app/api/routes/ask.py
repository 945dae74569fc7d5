"""A question and its answer."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.asking import asked
from app.api.dependencies import Deps, Given, check_text
from app.api.pieces import AskDelta, step
from app.api.schemas import AskBody, AskReply
from app.api.streaming import Emit, event_bytes, leaving_cancels, server_sent_events
from app.events.dialogue import AnswerOptions, ReplyDeltaEvent, ReplyEvent, ReplyStepEvent, UserSaidEvent
from app.kernel.errors import Interrupted

router = APIRouter(prefix="/api/v1", tags=["talk"])


@router.post("/ask", response_model=AskReply, responses={200: {"content": {"text/event-stream": {}}}})
async def ask(body: AskBody, request: Request, deps: Given) -> AskReply | Response:
    """The answer as JSON, or with `stream` as server-sent events: `delta`s, then `reply` or `error`.
    Hanging up cancels the turn."""
    check_text(body.text, deps)
    said = UserSaidEvent(
        text=body.text,
        channel="api",
        dialogue=body.dialogue,
        recall=body.recall,
        options=AnswerOptions.flat(body.options.model_dump(exclude_none=True)),
        turn=deps.runtime.clock.new_id(),
    )
    if body.stream:
        return server_sent_events(lambda emit: _stream(deps, said, emit), deps.closing)
    async with leaving_cancels(request, deps.closing):
        reply = await deps.runtime.bus.request(said, ReplyEvent, timeout=deps.settings.api.timeout_seconds)
        return asked(said.turn or "", reply)


async def _stream(deps: Deps, said: UserSaidEvent, emit: Emit) -> None:
    done = False
    async with deps.runtime.bus.ask(said, timeout=deps.settings.api.timeout_seconds) as answers:
        async for answer in answers:
            if isinstance(answer, ReplyDeltaEvent):
                await emit(event_bytes("delta", AskDelta(text=answer.text)))
            elif isinstance(answer, ReplyStepEvent):
                await emit(event_bytes("step", step(answer)))
            elif isinstance(answer, ReplyEvent):
                done = True
                await emit(event_bytes("reply", asked(said.turn or "", answer)))
    if not done:
        raise Interrupted("The answer broke off.")
