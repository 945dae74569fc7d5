"""What Solo remembers: to be found and to be forgotten."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from app.api.dependencies import Given, check_text
from app.api.schemas import ForgetBody, ForgetReply, MemoryLine, SearchBody, SearchReply
from app.events.memory import ForgetEvent, ForgottenEvent, RecalledEvent, RecallEvent

router = APIRouter(prefix="/api/v1/memory", tags=["memory"])

ANY_LENGTH: Final = 1_000_000
"""Tokens: people who search are not bound by the room in a prompt."""
SEARCH_MS: Final = 3_000.0


@router.post("/search")
async def search(body: SearchBody, deps: Given) -> SearchReply:
    """The memories that bear on this, best first. A POST, so that the words stand in no address."""
    recall = RecallEvent(
        query=check_text(body.query, deps, "query"),
        limit=body.limit,
        budget_tokens=ANY_LENGTH,
        budget_ms=SEARCH_MS,
        loose=True,
    )
    found = await deps.runtime.bus.request(recall, RecalledEvent, timeout=deps.settings.api.timeout_seconds)
    lines = tuple(
        MemoryLine(id=m.id, text=m.text, created_at=m.created_at, score=m.score) for m in found.memories
    )
    return SearchReply(memories=lines, took_ms=found.took_ms, index=found.index)


@router.post("/forget")
async def forget(body: ForgetBody, deps: Given) -> ForgetReply:
    """Forget these for good."""
    forgotten = await deps.runtime.bus.request(
        ForgetEvent(ids=body.ids), ForgottenEvent, timeout=deps.settings.api.timeout_seconds
    )
    return ForgetReply(forgotten=forgotten.count)
