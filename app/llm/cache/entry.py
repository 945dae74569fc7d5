"""An answer as it is kept, and as it is given again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Literal

import anyio.lowlevel
from pydantic import BaseModel, ConfigDict, ValidationError

from app.events.base import Answer
from app.events.llm import Chance, LLMRequestEvent, LLMResponseEvent, LLMTokenEvent, ToolCall


class Entry(BaseModel):
    """An answer. key: what it answers; made_at: seconds since 1970; took_ms: how long the model took;
    pieces: as they were streamed; chances: of each piece, or nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    made_at: float
    took_ms: float
    pieces: tuple[str, ...]
    chances: tuple[tuple[Chance, ...], ...] = ()
    text: str
    finish: Literal["stop", "length", "tool_calls"]
    model: str
    provider: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    prompt_tokens: int = 0
    completion_tokens: int = 0


def entry_of(
    key: str, tokens: Sequence[LLMTokenEvent], end: LLMResponseEvent, *, made_at: float, took_ms: float
) -> Entry:
    """What was streamed, to be kept."""
    chances = tuple(token.chances for token in tokens)
    return Entry(
        key=key,
        made_at=made_at,
        took_ms=took_ms,
        pieces=tuple(token.text for token in tokens),
        chances=chances if any(chances) else (),
        text=end.text,
        finish=end.finish,
        model=end.model,
        provider=end.provider,
        tool_calls=end.tool_calls,
        prompt_tokens=end.prompt_tokens,
        completion_tokens=end.completion_tokens,
    )


def parsed(data: bytes, key: str) -> Entry | None:
    """What a file holds; None when it is cut, damaged, or not what its name says."""
    try:
        entry = Entry.model_validate_json(data)
    except ValidationError:
        return None
    whole = entry.key == key and len(entry.chances) in (0, len(entry.pieces))
    return entry if whole else None


async def replay(
    request: LLMRequestEvent, entry: Entry, *, first_token_ms: float = 0.0
) -> AsyncGenerator[Answer, None]:
    """The answers that the model gave, one after the other, as if it wrote them now. Nothing is paid."""
    chances = entry.chances or ((),) * len(entry.pieces)
    for text, odds in zip(entry.pieces, chances, strict=True):
        await anyio.lowlevel.checkpoint()
        yield LLMTokenEvent(
            owner=request.owner, turn=request.turn, revision=request.revision, text=text, chances=odds
        )
    yield LLMResponseEvent(
        owner=request.owner,
        turn=request.turn,
        revision=request.revision,
        text=entry.text,
        finish=entry.finish,
        model=entry.model,
        provider=entry.provider,
        tool_calls=entry.tool_calls,
        prompt_tokens=entry.prompt_tokens,
        cached_tokens=entry.prompt_tokens,
        completion_tokens=entry.completion_tokens,
        first_token_ms=first_token_ms,
        cached=True,
    )
