"""Ctrl-C once asks politely, twice does not ask.

The first SIGINT or SIGTERM sets the stop event: services stop in order, with their deadlines.
The second ends the process at once.  Earlier handlers are put back on the way out.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

import anyio

STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_on_signals(stop: anyio.Event, notice: str = "") -> Generator[None]:
    """Set `stop` at the first signal, printing `notice`; leave with 128 + signal at the second.

    Works on every platform's event loop, for handlers are plain ones that hand over to the loop.
    """
    loop = asyncio.get_running_loop()
    asked = False

    def handle(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            os._exit(128 + number)
        asked = True
        if notice:
            os.write(2, f"\n{notice}\n".encode())
        loop.call_soon_threadsafe(stop.set)

    before = {number: signal.signal(number, handle) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
