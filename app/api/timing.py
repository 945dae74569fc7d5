"""The shapes of timers, alarms and reminders over HTTP; imports pydantic and schemas only."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.api.schemas import Schema


class TimerBody(Schema):
    """A timer, alarm or reminder to be set: one of `seconds` from now, `due_at` (ISO 8601 with its
    zone), and `days` (0 is Monday) with the local time `at` (HH:MM)."""

    kind: Literal["timer", "alarm", "reminder"] = "timer"
    name: str = Field("", max_length=300)
    seconds: int | None = Field(None, ge=1)
    due_at: str | None = Field(None, max_length=64)
    days: tuple[int, ...] = Field((), max_length=7)
    at: str = Field("", max_length=5)


class TimerLine(Schema):
    """What is set. due_at: ISO 8601, UTC; seconds: length of a countdown, else 0."""

    id: str
    kind: str
    name: str
    due_at: str
    left_seconds: float
    seconds: int = 0
    days: tuple[int, ...] = ()
    at: str = ""
    ringing: bool = False


class TimersReply(Schema):
    """Timers, alarms and reminders, the next one first."""

    timers: tuple[TimerLine, ...]
