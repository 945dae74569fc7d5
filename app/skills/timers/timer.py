"""A timer, alarm or reminder, as the rules and the rows know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.skills.intents import Kind


@dataclass(frozen=True, slots=True)
class Timer:
    """due: UTC. seconds: length of a countdown, 0 for what hangs on the clock. days, at: weekdays and
    local time (HH:MM) at which it comes again. rung: when it began to ring, None while it waits."""

    id: str
    owner: str
    kind: Kind
    name: str
    due: datetime
    seconds: int = 0
    days: tuple[int, ...] = ()
    at: str = ""
    rung: datetime | None = None

    @property
    def counts_down(self) -> bool:
        """It hangs on the time that passes, not on what clocks show."""
        return self.seconds > 0
