"""Time, ids and randomness: the only place they come from.

Durations are measured on the event loop's own clock, so a test that runs on a loop with virtual
time (tests/virtual.py) sees every timeout, sleep and span in that time, and no test waits.
"""

from __future__ import annotations

import random
import time
import uuid
from datetime import UTC, datetime
from typing import Protocol

import anyio


class Clock(Protocol):
    """What Solo may know of time and chance."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; comparable with the event loop's time."""
        ...

    def elapsed(self) -> float:
        """Seconds since the machine was started; the time that it slept counts, setting its clock
        does not."""
        ...

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; cancellable."""
        ...

    def new_id(self) -> str:
        """A fresh id: 32 lower-case hex digits, sortable by time of creation."""
        ...

    def uniform(self, low: float, high: float) -> float:
        """A random number in [low, high], for jitter."""
        ...


class SystemClock:
    """The real thing."""

    def monotonic(self) -> float:
        return time.monotonic()

    def elapsed(self) -> float:
        # Linux: the monotonic clock stands still while the machine sleeps. macOS: Python's does, the
        # system's does not. Windows: it goes on.
        clock = getattr(time, "CLOCK_BOOTTIME", None) or getattr(time, "CLOCK_MONOTONIC", None)
        return time.monotonic() if clock is None else time.clock_gettime(clock)

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)

    def new_id(self) -> str:
        # 48 bits of milliseconds, then 80 random bits: ids of one process sort by time.
        stamp = int(time.time() * 1000) & ((1 << 48) - 1)
        return f"{stamp:012x}{uuid.uuid4().hex[:20]}"

    def uniform(self, low: float, high: float) -> float:
        return random.uniform(low, high)  # noqa: S311  (jitter, not a secret)
