"""Lets a conversation fit the window of a loaded model; counts with the model where it matters."""

from __future__ import annotations

from dataclasses import replace

from app.kernel.errors import SoloError
from app.kernel.tokens import estimate_tokens
from app.llm.port import Generation, LanguageModel
from app.llm.prompts.fitting import MESSAGE_TOKENS, fit

REPLY_SHARE = 4
"""A quarter of the context is kept for the answer, unless less is allowed anyway."""


async def within_window(engine: LanguageModel, request: Generation, *, summary: bool = True) -> Generation:
    """The same request with as many whole turns from the end as the model takes.

    summary: say in a few lines what fell out. A last turn that is too long by itself stays as it is: the
    engine says so.
    """
    context = engine.capabilities.context
    tools = sum(estimate_tokens(f"{tool.name}{tool.description}{tool.parameters}") for tool in request.tools)
    budget = context - min(request.max_tokens, context // REPLY_SHARE) - tools
    texts = [message.content for message in request.messages]
    if context <= 0 or sum(map(estimate_tokens, texts)) + MESSAGE_TOKENS * len(texts) <= budget:
        return request
    known = dict(zip(texts, await _counted(engine, texts), strict=True))
    fitted = fit(
        request.messages,
        budget,
        summary=None if summary else "",
        count=lambda text: known[text] if text in known else estimate_tokens(text),
    )
    return replace(request, messages=fitted.messages) if fitted.fallen else request


async def _counted(engine: LanguageModel, texts: list[str]) -> tuple[int, ...]:
    """Tokens of each, as the model says where it can."""
    if engine.capabilities.counts_tokens:
        try:
            return await engine.count(tuple(texts))
        except SoloError:
            pass
    return tuple(map(estimate_tokens, texts))
