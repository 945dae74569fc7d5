"""Virtual time: an event loop whose clock jumps to the next timer when nothing else is to do.

Whole conversations of minutes run in milliseconds, always the same way.  It is for code that
waits on the loop, or now and then for a thread, during which the clock stands still; what waits for
processes or sockets is marked `real_time`.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import anyio.to_thread

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 1.0
"""Real seconds for which the clock stands still for a thread, lest one that waits for the clock stop it."""


class _JumpingSelector(selectors.DefaultSelector):
    now = 1000.0
    threads = 0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if ready or timeout is None:
            return ready or super().select(None)
        if self.threads and timeout > 0 and (ready := super().select(PATIENCE)):
            return ready
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

    @contextmanager
    def standing(self) -> Iterator[None]:
        """The clock stands still: a thread is at work, whose speed is no matter of the test."""
        self._jumping.threads += 1
        try:
            yield
        finally:
            self._jumping.threads -= 1

    def run_in_executor(self, *args: Any) -> asyncio.Future[Any]:
        standing = self.standing()
        standing.__enter__()
        future = super().run_in_executor(*args)
        future.add_done_callback(lambda _: standing.__exit__(None, None, None))
        return future


_run_sync = anyio.to_thread.run_sync


async def _run_sync_while_the_clock_stands(*args: Any, **options: Any) -> Any:
    loop = asyncio.get_running_loop()
    with loop.standing() if isinstance(loop, VirtualLoop) else nullcontext():
        return await _run_sync(*args, **options)


anyio.to_thread.run_sync = _run_sync_while_the_clock_stands  # type: ignore[assignment]


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
