"""Timers, alarms and reminders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from app.api.dependencies import Deps, Given
from app.api.timing import TimerBody, TimerLine, TimersReply
from app.events.base import Request
from app.events.skills import CancelTimersEvent, ListTimersEvent, SetTimerEvent, TimersEvent

router = APIRouter(prefix="/api/v1/timers", tags=["timers"])


@router.get("")
async def timers(deps: Given) -> TimersReply:
    """What is set, the next one first."""
    return await _reply(deps, ListTimersEvent())


@router.post("")
async def set_timer(body: TimerBody, deps: Given) -> TimersReply:
    """Set one."""
    request = SetTimerEvent(
        kind=body.kind, name=body.name, seconds=body.seconds, due_at=body.due_at, days=body.days, at=body.at
    )
    return await _reply(deps, request)


@router.delete("/{key}")
async def cancel(key: Annotated[str, Path(max_length=64)], deps: Given) -> TimersReply:
    """Take this one away, ringing or not; what it was."""
    return await _reply(deps, CancelTimersEvent(ids=(key,)))


async def _reply(deps: Deps, request: Request) -> TimersReply:
    seconds = deps.settings.api.timeout_seconds
    found = await deps.runtime.bus.request(request, TimersEvent, timeout=seconds)
    return TimersReply(timers=tuple(TimerLine(**timer.model_dump()) for timer in found.timers))
