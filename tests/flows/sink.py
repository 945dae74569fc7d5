"""A loudspeaker for the stage of the conversations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from app.voice.audio.frames import Samples


class ScriptedSink:
    """A loudspeaker that plays in the loop's time and remembers what was heard, and when."""

    name = "scripted"
    rate = 16_000

    def __init__(self) -> None:
        self.parts: list[tuple[float, Samples]] = []
        """(when its first sample left, samples) of everything that was heard or is about to be."""
        self._written = 0
        self._end = 0.0
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        self._end = self._now()
        yield

    async def write(self, samples: Samples) -> None:
        await anyio.sleep(max(0.0, self._end - self._now() - 0.06))
        start = max(self._end, self._now())
        self.parts.append((start, samples))
        self._end = start + len(samples) / self.rate
        self._written += len(samples)
        self._notify()

    def flush(self) -> None:
        now = self._now()
        self._written -= self.pending
        self.parts = [
            (at, part[: max(0, round((now - at) * self.rate))]) for at, part in self.parts if at < now
        ]
        self._end = now
        self._notify()

    async def heard(self, position: int) -> None:
        while self.played < position:
            changed = self._changed
            wait = (position - self.played) / self.rate if position <= self._written else None
            with anyio.move_on_after(wait):
                await changed.wait()
            if wait is None and self.played < position:
                return

    @property
    def played(self) -> int:
        return self._written - self.pending

    @property
    def position(self) -> int:
        return self._written

    @property
    def pending(self) -> int:
        return max(0, round((self._end - self._now()) * self.rate))

    def silent_since(self) -> float:
        """When the last sample that was heard had left."""
        return max((at + len(part) / self.rate for at, part in self.parts if len(part)), default=0.0)

    def heard_seconds(self) -> float:
        """How much has been heard."""
        return sum(len(part) for _, part in self.parts) / self.rate - self.pending / self.rate

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
