"""Solo itself: its services and what its turns cost."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from app.events.base import Fact

ServiceState: TypeAlias = Literal[
    "waiting", "starting", "ready", "restarting", "degraded", "stopping", "stopped"
]


class ServiceStateEvent(Fact):
    """A service changed its state; reason: why, in one sentence, when it is not well."""

    service: str
    state: ServiceState
    reason: str = ""
    restarts: int = 0


class ReadyEvent(Fact):
    """Everything that had to start has started or given up; seconds since the process began."""

    seconds: float
    degraded: tuple[str, ...] = ()


class Span(BaseModel):
    """A stretch of a turn, in milliseconds from the turn's beginning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    start_ms: float
    end_ms: float


class TurnTracedEvent(Fact):
    """Where the time of a turn went. The spans lie end to end and add up to total_ms; began_at: clock
    time at which the first of them began."""

    channel: str
    spans: tuple[Span, ...]
    total_ms: float
    tokens_per_second: float = 0.0
    began_at: float | None = None
