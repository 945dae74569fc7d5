"""From the shapes of generation to requests of a language model, and back. A rule file."""

from __future__ import annotations

import json

from app.api.modelling import GenerateBody, GenerateReply
from app.events.llm import ChatMessage, LLMRequestEvent, LLMResponseEvent, Sampling, Shape
from app.kernel.errors import BadInput, TooLarge


def generation(body: GenerateBody, most_chars: int) -> LLMRequestEvent:
    """What the model is asked. Raises BadInput, TooLarge."""
    if (body.prompt is None) == (not body.messages):
        raise BadInput("One of `prompt` and `messages` is needed.")
    messages = tuple(ChatMessage(role=m.role, content=m.content) for m in body.messages)
    if body.prompt is not None:
        messages = (ChatMessage(role="user", content=body.prompt),)
    length = sum(len(message.content) for message in messages)
    if length > most_chars:
        raise TooLarge(
            f"The text is {length} characters long; the limit is {most_chars}.",
            hint="Raise it with SOLO_API__MAX_PROMPT_CHARS.",
        )
    schema = body.answer_schema
    return LLMRequestEvent(
        messages=messages,
        role=body.role,
        model=body.model,
        dialogue=body.dialogue,
        max_tokens=body.max_tokens,
        temperature=body.temperature,
        sampling=Sampling.model_validate(body.model_dump(include={*Sampling.model_fields})),
        seed=body.seed,
        stop=body.stop,
        shape=None if schema is None else Shape(kind="schema", text=json.dumps(schema)),
        cached=body.cached,
    )


def generated(end: LLMResponseEvent) -> GenerateReply:
    """The whole answer."""
    return GenerateReply(
        text=end.text,
        finish=end.finish,
        model=end.model,
        provider=end.provider,
        prompt_tokens=end.prompt_tokens,
        cached_tokens=end.cached_tokens,
        completion_tokens=end.completion_tokens,
        queue_ms=end.queue_ms,
        first_token_ms=end.first_token_ms,
        tokens_per_second=end.tokens_per_second,
        cost=end.cost,
        cached=end.cached,
    )
