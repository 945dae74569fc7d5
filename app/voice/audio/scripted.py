"""A microphone and a loudspeaker without hardware: for tests, demonstrations and machines with
neither. They keep the time of the clock they are given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager

import numpy as np

from app.kernel.clock import Clock
from app.kernel.errors import DeviceLost, SoloError
from app.voice.audio.frames import RATE, Samples

BLOCK = 320


class ScriptedSource:
    """Says what it is given, a block of 20 ms at a time, then silence; or ends.

    troubles: for each opening in turn, an error to fail with, a number of blocks after which the
    device is lost, or None for no trouble.
    """

    def __init__(
        self,
        clock: Clock,
        samples: Samples,
        *,
        ends: bool = False,
        troubles: Sequence[SoloError | int | None] = (),
    ) -> None:
        self.name = "scripted microphone"
        self._clock = clock
        self._samples = samples
        self._ends = ends
        self._troubles = list(troubles)
        self._said = 0

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncIterator[Samples]]:
        """Goes on where it was before."""
        trouble = self._troubles.pop(0) if self._troubles else None
        if isinstance(trouble, SoloError):
            raise trouble
        yield self._blocks(trouble)

    async def _blocks(self, lost_after: int | None) -> AsyncIterator[Samples]:
        began, count = self._clock.monotonic(), 0
        while not (self._ends and self._said >= len(self._samples)):
            if count == lost_after:
                raise DeviceLost("The scripted microphone went away.")
            count += 1
            await self._clock.sleep(max(0.0, began + count * BLOCK / RATE - self._clock.monotonic()))
            block = np.zeros(BLOCK, np.float32)
            part = self._samples[self._said : self._said + BLOCK]
            block[: len(part)] = part
            self._said += BLOCK
            yield block


class ScriptedSink:
    """Plays into a list, in the time of the clock. ahead_ms: as a real one's."""

    def __init__(
        self,
        clock: Clock,
        rate: int = RATE,
        *,
        ahead_ms: int = 60,
        troubles: Sequence[SoloError | None] = (),
    ) -> None:
        self.name = "scripted loudspeaker"
        self.rate = rate
        self._clock = clock
        self._ahead = ahead_ms * rate // 1000
        self._troubles = list(troubles)
        self._parts: list[Samples] = []
        self._written = 0
        self._silent_at = 0.0
        self._generation = 0
        self._changed = asyncio.Event()
        self._error: SoloError | None = None

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Positions begin anew; what was heard before is kept."""
        trouble = self._troubles.pop(0) if self._troubles else None
        if trouble is not None:
            raise trouble
        self._written, self._silent_at, self._error = 0, self._clock.monotonic(), None
        yield

    async def write(self, samples: Samples) -> None:
        """Waits while enough lies ahead."""
        generation = self._generation
        while self.pending and self.pending + len(samples) > self._ahead:
            await self._pass(self.pending + len(samples) - self._ahead)
            if self._generation != generation:
                return
        self._check()
        self._silent_at = max(self._silent_at, self._clock.monotonic()) + len(samples) / self.rate
        self._written += len(samples)
        self._parts.append(samples)

    def flush(self) -> None:
        """What lies ahead was never written."""
        keep = sum(map(len, self._parts)) - self.pending
        self._written -= self.pending
        self._parts = [np.concatenate(self._parts)[:keep]] if self._parts else []
        self._silent_at = self._clock.monotonic()
        self._generation += 1
        self._wake()

    async def heard(self, position: int) -> None:
        """By the clock."""
        generation = self._generation
        self._check()
        while self.played < position and self._generation == generation:
            await self._pass(position - self.played)

    def lose(self) -> None:
        """Pull the plug."""
        self._error = DeviceLost("The scripted loudspeaker went away.")
        self._wake()

    @property
    def played(self) -> int:
        """By the clock."""
        return self._written - self.pending

    @property
    def position(self) -> int:
        """Written and not taken back."""
        return self._written

    @property
    def pending(self) -> int:
        """By the clock."""
        return max(0, round((self._silent_at - self._clock.monotonic()) * self.rate))

    @property
    def sound(self) -> Samples:
        """All that was played or will be, without the pauses."""
        return np.concatenate(self._parts) if self._parts else np.zeros(0, np.float32)

    async def _pass(self, samples: int) -> None:
        try:
            async with asyncio.timeout(min(1.0, max(samples, 1) / self.rate)):
                await self._changed.wait()
        except TimeoutError:
            pass
        self._check()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
