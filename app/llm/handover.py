"""From the thread that generates to the task that asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from threading import Event
from typing import Generic, TypeVar

from app.kernel.errors import SoloError

T = TypeVar("T")


class Handover(Generic[T]):
    """A queue from one thread to one task, with a way back to say "stop".

    Made by the task. The thread calls `put`, looks at `cancelled`, and ends with `close`.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._items: asyncio.Queue[T | SoloError | None] = asyncio.Queue()
        self._cancelled = Event()

    @property
    def cancelled(self) -> bool:
        """Nobody wants more."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Nobody wants more; may be called from anywhere."""
        self._cancelled.set()

    def put(self, item: T) -> None:
        """Hand one over (from the thread)."""
        self._send(item)

    def close(self, error: SoloError | None = None) -> None:
        """That was all (from the thread); with an error the iteration raises it."""
        if error is not None:
            self._send(error)
        self._send(None)

    def _send(self, item: T | SoloError | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)
        except RuntimeError:  # the loop is closed: nobody listens any more
            self.cancel()

    async def __aiter__(self) -> AsyncIterator[T]:
        while (item := await self._items.get()) is not None:
            if isinstance(item, SoloError):
                raise item
            yield item
