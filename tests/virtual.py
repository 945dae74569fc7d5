"""Virtual time: an event loop whose clock jumps to the next timer when nothing else is to do.

Whole conversations of minutes run in milliseconds, always the same way.  It is for code that
waits on the loop only; what waits for threads, processes or sockets is marked `real_time`.
"""

from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class _JumpingSelector(selectors.DefaultSelector):
    now = 1000.0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if ready or timeout is None:
            return ready or super().select(None)
        self.now += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """See the module."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self._jumping.now


class VirtualClock:
    """A clock for tests: the loop's time, countable ids, no jitter. set_by: seconds by which somebody
    has set the wall clock; slept: seconds that the machine has slept."""

    def __init__(self) -> None:
        self._ids = 0
        self.set_by = 0.0
        self.slept = 0.0

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.elapsed() + self.set_by)

    def elapsed(self) -> float:
        return self.monotonic() + self.slept

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)

    def new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:032x}"

    def uniform(self, low: float, high: float) -> float:
        return (low + high) / 2
