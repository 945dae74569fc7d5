"""What is due next, and what it means for it that somebody set the clock.

A rule file: it is fed the wall clock and the time that has passed, and keeps no clock itself.
An alarm hangs on the wall clock, a countdown on the time that passes: when the wall clock is set, a
countdown moves along with it.  Only what an earlier process set cannot be told from the time that
passed, it has nothing but the wall clock, and a machine that sets its clock right after its start
(there are those without a battery) must not move it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from app.skills.timers.timer import Timer

LOOK_SECONDS: Final = 0.5
"""How often the clocks are compared: an alarm is at most this late when the clock was set."""
JUMP_SECONDS: Final = 0.2
"""A difference of more between two looks is a jump; of less, the slow correction of a clock."""
SETTLING_SECONDS: Final = 600.0
"""So long after its start a machine may still be finding out what time it is."""


class Agenda:
    """What waits. now: the wall clock; elapsed: seconds since the machine was started."""

    def __init__(self, now: datetime, elapsed: float) -> None:
        self._waiting: dict[str, Timer] = {}
        self._inherited: set[str] = set()
        self._now, self._elapsed = now, elapsed

    def add(self, timer: Timer, *, inherited: bool = False) -> None:
        """Wait for it from now on. inherited: an earlier process has set it."""
        self._waiting[timer.id] = timer
        self._inherited.discard(timer.id)
        if inherited:
            self._inherited.add(timer.id)

    def remove(self, key: str) -> None:
        """Wait for it no longer; idempotent."""
        self._waiting.pop(key, None)
        self._inherited.discard(key)

    def get(self, key: str) -> Timer | None:
        """What waits under this id."""
        return self._waiting.get(key)

    def look(self, now: datetime, elapsed: float) -> list[Timer]:
        """Compare the clocks; what has moved along with a clock that was set, with its new time."""
        jump = (now - self._now).total_seconds() - (elapsed - self._elapsed)
        if abs(jump) < JUMP_SECONDS:
            # Kept as it is while the clocks drift apart slowly, so that many small steps add up.
            return []
        self._now, self._elapsed = now, elapsed
        settling = elapsed < SETTLING_SECONDS
        moved = [
            replace(timer, due=timer.due + timedelta(seconds=jump))
            for timer in self._waiting.values()
            if timer.counts_down and not (settling and timer.id in self._inherited)
        ]
        self._waiting |= {timer.id: timer for timer in moved}
        return moved

    def due(self, now: datetime) -> list[Timer]:
        """What is to ring, the oldest first."""
        return sorted((t for t in self._waiting.values() if t.due <= now), key=lambda t: t.due)

    def pause(self, now: datetime) -> float | None:
        """Seconds until the next look; None while nothing waits."""
        if not self._waiting:
            return None
        soonest = min(timer.due for timer in self._waiting.values())
        return max(0.0, min(LOOK_SECONDS, (soonest - now).total_seconds()))
