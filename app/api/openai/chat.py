"""POST /v1/chat/completions."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.dependencies import Given
from app.api.openai import asked
from app.api.openai.asking import answer, head, target
from app.api.openai.schemas import ChatBody
from app.api.openai.several import Several
from app.api.openai.told import ChatForm

router = APIRouter(prefix="/v1", tags=["openai"])


@router.post("/chat/completions", response_class=Response)
async def chat(body: ChatBody, request: Request, deps: Given) -> Response:
    """Messages continued, as OpenAI's API does: as JSON, or with `stream` as server-sent events."""
    model, role = await target(deps, body.model)
    asking = asked.chat(body, model, role, deps.settings.api.max_prompt_chars)
    several = Several(deps, [asking] * (body.n or 1), [asked.thread(body, asking)])
    return await answer(deps, request, body, several, ChatForm(head(deps, body, "chatcmpl"), body))
