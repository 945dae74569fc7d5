"""What was said lately."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import Given
from app.api.schemas import DialoguesReply, MessageLine
from app.events.dialogue import DialoguesEvent, ReadDialoguesEvent

router = APIRouter(prefix="/api/v1", tags=["memory"])

Limit = Annotated[int, Query(ge=1, le=500, description="how many messages at most")]


@router.get("/dialogues")
async def dialogues(deps: Given, limit: Limit = 20) -> DialoguesReply:
    """The latest messages of all dialogues, oldest first."""
    found = await deps.runtime.bus.request(
        ReadDialoguesEvent(limit=limit), DialoguesEvent, timeout=deps.settings.api.timeout_seconds
    )
    lines = tuple(
        MessageLine(
            id=m.id,
            dialogue=m.dialogue,
            role=m.role,
            content=m.content,
            channel=m.channel,
            created_at=m.created_at,
        )
        for m in found.messages
    )
    return DialoguesReply(messages=lines)
