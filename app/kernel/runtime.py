"""What every service is given: the roads, the clock and the pool."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.blocking import Pool
from app.kernel.bus import Bus
from app.kernel.clock import Clock, SystemClock
from app.kernel.streams import Streams


@dataclass(frozen=True, slots=True)
class Runtime:
    """One per process, made by main (or by a test)."""

    clock: Clock
    bus: Bus
    streams: Streams
    pool: Pool

    @classmethod
    def new(cls, clock: Clock | None = None) -> Runtime:
        """A fresh set on this clock (default: the system's)."""
        clock = clock or SystemClock()
        return cls(clock, Bus(clock), Streams(clock), Pool())
