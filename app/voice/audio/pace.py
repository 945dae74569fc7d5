"""Keeping a file and the work on it in step.

A microphone never waits. A file that is read faster than time has to: while a stage works, the
file stands still, so that work takes no sample time and the outcome does not depend on the speed
of the machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

SETTLE_ROUNDS = 8
"""Rounds of the event loop in which a fact travels from one service through the bus to the next."""


class Pace:
    """Who works holds `busy()`; the file waits for `idle()` before each frame."""

    def __init__(self) -> None:
        self._working = 0
        self._changed = asyncio.Event()

    @contextmanager
    def busy(self) -> Generator[None]:
        """The file stands still while this is open; may be nested and overlap."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1
            self._changed.set()

    async def idle(self) -> None:
        """Wait until nobody works and what was published has been taken up."""
        quiet = 0
        while quiet < SETTLE_ROUNDS:
            if self._working:
                quiet = 0
                self._changed.clear()
                await self._changed.wait()
            else:
                quiet += 1
                await asyncio.sleep(0)


class NoPace(Pace):
    """For what runs in real time: nothing waits."""

    async def idle(self) -> None:
        """Never waits."""
