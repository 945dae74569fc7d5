"""POST /v1/completions: for programs that know nothing of messages."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.dependencies import Given
from app.api.openai import asked
from app.api.openai.asking import answer, head, target
from app.api.openai.schemas import CompletionBody
from app.api.openai.several import Several
from app.api.openai.told import CompletionForm

router = APIRouter(prefix="/v1", tags=["openai"])


@router.post("/completions", response_class=Response)
async def completions(body: CompletionBody, request: Request, deps: Given) -> Response:
    """Each prompt answered, as the one message of a person: models for talks know no other text."""
    model, role = await target(deps, body.model)
    prompts = asked.completions(body, model, role, deps.settings.api.max_prompt_chars)
    each = body.n or 1
    several = Several(
        deps,
        [prompt for prompt in prompts for _ in range(each)],
        [asked.thread(body, prompt) for prompt in prompts],
    )
    echoes = [text if body.echo else "" for text in asked.prompts(body) for _ in range(each)]
    return await answer(deps, request, body, several, CompletionForm(head(deps, body, "cmpl"), body, echoes))
