"""A model alone: no history, no memory, no skills."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.dependencies import Deps, Given
from app.api.generating import generated, generation
from app.api.modelling import GenerateBody, GenerateReply, QueuedLine
from app.api.pieces import AskDelta
from app.api.streaming import Emit, event_bytes, leaving_cancels, server_sent_events
from app.events.llm import LLMQueuedEvent, LLMRequestEvent, LLMResponseEvent, LLMTokenEvent
from app.kernel.errors import Interrupted

router = APIRouter(prefix="/api/v1", tags=["models"])

EVENTS: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"text/event-stream": {}}}}


@router.post("/generate", response_model=GenerateReply, responses=EVENTS)
async def generate(body: GenerateBody, request: Request, deps: Given) -> GenerateReply | Response:
    """The answer as JSON, or with `stream` as server-sent events: `queued`, `delta`s, then `done` or
    `error`. Hanging up cancels it."""
    asked = generation(body, deps.settings.api.max_prompt_chars)
    if body.stream:
        return server_sent_events(lambda emit: _stream(deps, asked, emit), deps.closing)
    async with leaving_cancels(request, deps.closing):
        seconds = deps.settings.api.timeout_seconds
        return generated(await deps.runtime.bus.request(asked, LLMResponseEvent, timeout=seconds))


async def _stream(deps: Deps, asked: LLMRequestEvent, emit: Emit) -> None:
    done = False
    async with deps.runtime.bus.ask(asked, timeout=deps.settings.api.timeout_seconds) as answers:
        async for answer in answers:
            if isinstance(answer, LLMTokenEvent):
                await emit(event_bytes("delta", AskDelta(text=answer.text)))
            elif isinstance(answer, LLMQueuedEvent):
                await emit(event_bytes("queued", QueuedLine(position=answer.position)))
            elif isinstance(answer, LLMResponseEvent):
                done = True
                await emit(event_bytes("done", generated(answer)))
    if not done:
        raise Interrupted("The answer broke off.")
