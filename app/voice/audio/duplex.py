"""Microphone and loudspeaker that are no devices, on one time base.

Sample n of the output is what the loudspeaker played while sample n of the input was heard: both
have the same rate (an input below 16 kHz is answered at 16 kHz) and both begin with the first
sample heard.  In real time the clock moves that time on; otherwise the reader does, frame by
frame, and waits before each until nobody works any more.

What the microphone hears is a `MicrophoneLine`: a WAV file (fileduplex.py), or something that is put
together while time passes and may depend on what the loudspeaker plays (liveline.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import numpy as np

from app.kernel.clock import Clock, SystemClock
from app.media.wavwriter import WavWriter
from app.voice.audio.echopath import EchoShape, Feedback
from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.audio.pace import NoPace, Pace

AHEAD_MS = 60


class MicrophoneLine(Protocol):
    """What the microphone of a Duplex hears. rate: samples per second of the loudspeaker beside it;
    over: what there was to be heard has been heard, and only the room goes on."""

    name: str
    rate: int
    over: bool

    def frame(self, index: int) -> Samples:
        """The 512 samples at 16 kHz from `index` on, asked for one after the other when their time
        has passed."""
        ...

    def played(self, samples: Samples) -> None:
        """What the loudspeaker played meanwhile, at `rate`, without a gap; it reaches at least to
        the end of the frame that is asked for next."""
        ...

    def close(self) -> None:
        """Give files back; idempotent."""
        ...


class Duplex:
    """See the module. `source` and `sink` are to be opened once each; `finish()` ends both.

    echo: how much of what is played the microphone hears too; None: nothing, as with headphones.
    The line goes on until `finish()`; `exhausted` says that only silence, or the room, is left of it.
    Raises what WavWriter raises.
    """

    def __init__(
        self,
        line: MicrophoneLine,
        out_path: Path | None,
        *,
        realtime: bool,
        pace: Pace | None = None,
        clock: Clock | None = None,
        echo: EchoShape | None = None,
    ) -> None:
        self.rate = line.rate
        self._line = line
        self._realtime = realtime
        self._clock = clock or SystemClock()
        self._pace = pace or NoPace()
        self._echo = Feedback(echo, self.rate) if echo else None
        self._began: float | None = None
        self._position = 0
        self._ticked = asyncio.Event()
        self._finished = False
        self.source = DuplexSource(self, line.name)
        self.sink = DuplexSink(self, out_path)

    @property
    def finished(self) -> bool:
        """`finish` was called."""
        return self._finished

    @property
    def exhausted(self) -> bool:
        """What there was to be heard has been heard."""
        return self._line.over

    @property
    def position(self) -> int:
        """Samples at 16 kHz that have been heard."""
        return self._position

    def finish(self) -> None:
        """Time ends here: the source ends, the output is closed; idempotent."""
        if not self._finished:
            self._finished = True
            self.sink.settle()
            self.sink.close()
            self._line.close()
            self.tick()

    def tick(self) -> None:
        """Wake whoever waits for time to pass."""
        self._ticked.set()
        self._ticked = asyncio.Event()

    def now(self) -> int:
        """Where the loudspeaker is: samples at its rate since the beginning."""
        if not self._realtime or self._began is None:
            return self._position * self.rate // RATE
        return max(0, int((self._clock.monotonic() - self._began) * self.rate))

    async def wait_until(self, sample: int, given_up: Callable[[], bool]) -> None:
        """Wait until the loudspeaker is there, `given_up()` holds or time ends."""
        while self.now() < sample and not self._finished and not given_up():
            ticked = self._ticked
            if self._realtime and self._began is not None:
                wait = min(1.0, (sample - self.now()) / self.rate)
                try:
                    async with asyncio.timeout(max(wait, 0.001)):
                        await ticked.wait()
                except TimeoutError:
                    pass
            else:
                await ticked.wait()

    async def frames(self) -> AsyncIterator[Samples]:
        """The line at 16 kHz, until the end."""
        self._began = self._clock.monotonic()
        while not self._finished:
            await self._pace.idle()
            if self._realtime:
                due = self._began + (self._position + FRAME) / RATE
                await self._clock.sleep(max(0.0, due - self._clock.monotonic()))
            if self._finished:
                return
            self._position += FRAME
            self.sink.settle()
            frame = self._line.frame(self._position - FRAME)
            self.tick()
            yield frame if self._echo is None else self._echo.mix(frame)

    def settled(self, line: Samples) -> None:
        """This has been played, behind what was played before."""
        self._line.played(line)
        if self._echo is not None:
            self._echo.played(line)


class DuplexSource:
    """The microphone of a Duplex."""

    def __init__(self, duplex: Duplex, name: str) -> None:
        self.name = name
        self._duplex = duplex

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncIterator[Samples]]:
        """Blocks of 512 samples; ends after `finish()`."""
        yield self._duplex.frames()


class DuplexSink:
    """The loudspeaker of a Duplex: a line of time on which what is written is laid down, at the
    earliest where time stands when it is written."""

    def __init__(self, duplex: Duplex, path: Path | None) -> None:
        self.name = path.name if path else "nowhere"
        self.rate = duplex.rate
        self._duplex = duplex
        self._writer = WavWriter(path, duplex.rate) if path else None
        self._settled = 0
        self._laid: list[tuple[int, Samples]] = []  # where on the line, what; not yet settled
        self._written = 0
        self._generation = 0

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Positions count from here."""
        self._written = 0
        self._laid.clear()
        yield

    async def write(self, samples: Samples) -> None:
        """Lay it down behind what lies there; waits while 60 ms lie ahead."""
        duplex, generation = self._duplex, self._generation
        ahead = AHEAD_MS * self.rate // 1000
        while self._end() - duplex.now() >= ahead:
            await duplex.wait_until(self._end() - ahead + 1, lambda: self._generation != generation)
            if duplex.finished or self._generation != generation:
                return
        if duplex.finished:
            return
        self._laid.append((max(self._end(), duplex.now()), samples))
        self._written += len(samples)

    def flush(self) -> None:
        """Take back what lies in the future."""
        now = self._duplex.now()
        self._generation += 1
        self._written -= self.pending
        self._laid = [(at, part[: max(0, now - at)]) for at, part in self._laid if at < now]
        self._duplex.tick()

    async def heard(self, position: int) -> None:
        """Wait until that much of what was written has been played."""
        generation = self._generation
        while self.played < position and not self._duplex.finished and self._generation == generation:
            # what is not yet written cannot be waited for by time, only for the next tick
            missing = max(1, min(position - self.played, self.pending or FRAME))
            await self._duplex.wait_until(
                self._duplex.now() + missing, lambda: self._generation != generation
            )

    @property
    def played(self) -> int:
        """Samples of what was written that lie in the past."""
        return self._written - self.pending

    @property
    def position(self) -> int:
        """Written and not taken back."""
        return self._written

    @property
    def pending(self) -> int:
        """Samples of what was written that lie in the future."""
        now = self._duplex.now()
        return sum(max(0, at + len(part) - max(at, now)) for at, part in self._laid)

    def settle(self) -> None:
        """Write what has become the past to the file."""
        now = self._duplex.now()
        line = np.zeros(max(0, now - self._settled), np.float32)
        for at, part in self._laid:
            start, end = max(at, self._settled), min(at + len(part), now)
            if start < end:
                line[start - self._settled : end - self._settled] = part[start - at : end - at]
        self._laid = [(at, part) for at, part in self._laid if at + len(part) > now]
        if self._writer is not None and len(line):
            self._writer.write(line)
        self._duplex.settled(line)
        self._settled = max(self._settled, now)

    def close(self) -> None:
        """Close the file; idempotent."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _end(self) -> int:
        return max((at + len(part) for at, part in self._laid), default=0)
