"""A loudspeaker by PortAudio, at the device's own rate.

PortAudio asks for sound in a thread of its own and says when the first sample of what it gets
will leave the device; from that it is known at any moment which sample is being heard.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import numpy as np

from app.kernel.errors import SoloError
from app.voice.audio.devices import Device
from app.voice.audio.frames import Samples
from app.voice.audio.portaudio import accepts, find, in_thread, lost, start, stop

BLOCK_MS = 5
"""The device asks for so much at a time …"""
TAPPED_BLOCKS = 2
"""… and what it got is told in pieces of so many."""
DEVICE_SHARE = 3
"""One in so many parts of what is kept ready lies in the device, the rest where a flush can reach it. With
half as much in it sound was torn on a busy machine."""
LONGEST_DELAY = 1.0
"""What a device says of its delay is believed up to this many seconds."""


class Line:
    """What waits to be played and what has been handed over; between two threads, so behind a lock.

    All positions count samples written and not taken back.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._parts: deque[Samples] = deque()
        self._waiting = 0
        self._taken = 0
        self._handed: deque[tuple[int, int, float]] = deque()  # first, count, when the first is heard

    def put(self, samples: Samples) -> None:
        """Append."""
        with self._lock:
            self._parts.append(samples)
            self._waiting += len(samples)

    def fill(self, out: Samples, heard_at: float) -> None:
        """Take samples into `out` (mono), silence behind them. heard_at: when its first is heard."""
        with self._lock:
            done = 0
            while done < len(out) and self._parts:
                part = self._parts.popleft()
                fits = min(len(part), len(out) - done)
                out[done : done + fits] = part[:fits]
                if fits < len(part):
                    self._parts.appendleft(part[fits:])
                done += fits
            out[done:] = 0
            self._waiting -= done
            if done:
                self._handed.append((self._taken, done, heard_at))
                self._taken += done
            while self._handed and self._handed[0][2] < heard_at - 2 * LONGEST_DELAY:
                self._handed.popleft()

    def clear(self) -> None:
        """Forget what has not been taken."""
        with self._lock:
            self._parts.clear()
            self._waiting = 0

    @property
    def waiting(self) -> int:
        """Samples that nobody has taken."""
        return self._waiting

    def played(self, now: float) -> int:
        """Samples heard until `now`."""
        with self._lock:
            if not self._handed:
                return self._taken
            for first, count, heard_at in reversed(self._handed):
                if heard_at <= now:
                    return first + min(count, int((now - heard_at) * self._rate))
            return self._handed[0][0]

    @property
    def written(self) -> int:
        """Samples put and not forgotten."""
        with self._lock:
            return self._taken + self._waiting


class Loudspeaker:
    """wanted: number, name or part of a name; empty for the system's default.

    ahead_ms: how much is kept ready beyond what has been heard, the device's own buffer included.
    """

    def __init__(self, wanted: str = "", *, ahead_ms: int = 60) -> None:
        self._wanted = wanted
        self._ahead_ms = ahead_ms
        self.name = wanted or "the default loudspeaker"
        self.rate = 48_000
        self.tap: Callable[[Samples, float], None] | None = None
        """Told all that goes out, silence included, every 10 ms, and when the first sample of it is heard;
        in PortAudio's thread."""
        self._line = Line(self.rate)
        self._changed = asyncio.Event()
        self._generation = 0
        self._error: SoloError | None = None

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Raises NotFound, MissingExtra, DeviceLost."""
        device = await in_thread(lambda: find(self._wanted, "speaker"))
        self.name, self.rate = device.name, device.rate
        self._line, self._error = Line(device.rate), None
        loop = asyncio.get_running_loop()
        stream = await in_thread(lambda: self._start(device, loop))
        try:
            yield
        finally:
            self._error = self._error or lost(device, "speaker")
            self._wake()
            with anyio.CancelScope(shield=True):
                await in_thread(lambda: stop(stream))

    async def write(self, samples: Samples) -> None:
        """Waits while as much as is allowed lies ahead. Raises DeviceLost."""
        generation = self._generation
        allowed = self._ahead_ms * self.rate // 1000
        while self.pending > allowed - len(samples) and self.pending:
            await self._pass(self.pending + len(samples) - allowed)
            if self._generation != generation:
                return
        self._check()
        self._line.put(samples)

    def flush(self) -> None:
        """What the device has not asked for is forgotten."""
        self._line.clear()
        self._generation += 1
        self._wake()

    async def heard(self, position: int) -> None:
        """Raises DeviceLost."""
        generation = self._generation
        self._check()
        while (missing := position - self.played) > 0:
            if self._generation != generation:
                return
            await self._pass(missing)

    @property
    def played(self) -> int:
        """By what the device says of its delay."""
        return self._line.played(time.monotonic())

    @property
    def position(self) -> int:
        """Written and not taken back."""
        return self._line.written

    @property
    def pending(self) -> int:
        """In the line and in the device."""
        return max(0, self._line.written - self.played)

    async def _pass(self, samples: int) -> None:
        """Wait until that many more may have been heard, or something happened."""
        try:
            async with asyncio.timeout(min(max(samples / self.rate, 0.001), 1.0)):
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

    def _lose(self, error: SoloError) -> None:
        self._error = self._error or error
        self._wake()

    def _start(self, device: Device, loop: asyncio.AbstractEventLoop) -> Any:
        line = self._line
        told: list[tuple[Samples, float]] = []

        def wanted(data: Any, frames: int, times: Any, status: Any) -> None:
            delay = times.outputBufferDacTime - times.currentTime
            if not 0 < delay < LONGEST_DELAY:
                delay = min(max(0.0, float(stream.latency)), LONGEST_DELAY)
            mono, heard_at = np.empty(frames, np.float32), time.monotonic() + delay
            line.fill(mono, heard_at)
            data[:] = mono[:, None]
            told.append((mono, heard_at))
            if len(told) >= TAPPED_BLOCKS:
                if (tap := self.tap) is not None:
                    tap(np.concatenate([block for block, _ in told]), told[0][1])
                told.clear()

        def ended() -> None:
            try:
                loop.call_soon_threadsafe(self._lose, lost(device, "speaker"))
            except RuntimeError:  # the loop is closed: nobody speaks any more
                return

        channels = 1 if accepts(device, "speaker", device.rate, 1) else min(2, device.outputs)
        stream: Any = None

        def make(library: Any) -> Any:
            nonlocal stream
            stream = library.OutputStream(
                device=device.number,
                samplerate=device.rate,
                channels=channels,
                dtype="float32",
                blocksize=device.rate * BLOCK_MS // 1000,
                latency=self._ahead_ms / 1000 / DEVICE_SHARE,
                callback=wanted,
                finished_callback=ended,
            )
            return stream

        return start(make, device, "speaker")
