"""What the asker's answers cost."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import Given
from app.api.modelling import UsageLine, UsageReply
from app.events.llm import ReadUsageEvent, UsageEvent

router = APIRouter(prefix="/api/v1/usage", tags=["models"])


@router.get("")
async def usage(deps: Given, days: Annotated[int, Query(ge=1, le=3660)] = 30) -> UsageReply:
    """Tokens and money of the last days, by day, role and model: the newest day first."""
    seconds = deps.settings.api.timeout_seconds
    found = await deps.runtime.bus.request(ReadUsageEvent(days=days), UsageEvent, timeout=seconds)
    return UsageReply(usage=tuple(UsageLine(**one.model_dump()) for one in found.usage))
