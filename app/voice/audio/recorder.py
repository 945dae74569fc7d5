"""What the microphone hears and what the loudspeaker plays, on one time base, into two WAV files.

It stands between the devices and whoever uses them.  Time is what the microphone has given; at every
block of it the loudspeaker is asked how far it has come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from app.media.wavwriter import WavWriter
from app.voice.audio.frames import RATE, Samples, samples_of
from app.voice.audio.port import AudioSink, AudioSource
from app.voice.audio.resample import Resampler

JITTER = samples_of(60)
"""What the loudspeaker says of itself comes in bursts: so far it may lie off within one answer."""


class Recorder:
    """microphone, loudspeaker: files to write at 16 kHz; None: only the time is kept. Nothing is heard
    or written before `begin`. Raises what WavWriter raises."""

    def __init__(self, microphone: Path | None, loudspeaker: Path | None) -> None:
        self.position = 0
        """Samples at 16 kHz that were heard."""
        self.begun = False
        self.device = ""
        """The microphone's name."""
        self._heard = WavWriter(microphone, RATE) if microphone else None
        self._said = WavWriter(loudspeaker, RATE) if loudspeaker else None
        self._line = 0  # up to where the loudspeaker's line is known
        self._sounding = False
        self._sink: RecordedSink | None = None

    def source(self, inner: AudioSource) -> RecordedSource:
        """The microphone, recorded."""
        return RecordedSource(inner, self)

    def sink(self, inner: AudioSink) -> RecordedSink:
        """The loudspeaker, recorded."""
        self._sink = TappedSink(inner) if hasattr(inner, "tap") else RecordedSink(inner)
        return self._sink

    def begin(self) -> None:
        """From now on."""
        self.begun = True

    def heard(self, block: Samples) -> None:
        """The microphone gave this."""
        self.position += len(block)
        if self._heard is not None:
            self._heard.write(block)
        if self._said is not None:
            self._lay(self._said, self._sink.take() if self._sink else np.zeros(0, np.float32))

    def close(self) -> None:
        """Both files end at the same moment; idempotent."""
        if self._heard is not None:
            self._heard.close()
        if self._said is not None:
            if self._line < self.position:
                self._said.write(np.zeros(self.position - self._line, np.float32))
                self._line = self.position
            self._said.close()

    def _lay(self, file: WavWriter, sound: Samples) -> None:
        """Behind what was played before; where a pause was, at the moment at which it is heard."""
        gap = self.position - len(sound) - self._line
        pause = gap if not self._sounding or gap > JITTER else 0
        if not len(sound):
            pause = gap - JITTER if gap > JITTER else 0
        if pause > 0:
            file.write(np.zeros(pause, np.float32))
            self._line += pause
        self._sounding = bool(len(sound)) or (self._sounding and pause == 0)
        if len(sound):
            file.write(sound)
            self._line += len(sound)


class RecordedSource:
    """A microphone; see Recorder."""

    def __init__(self, inner: AudioSource, recorder: Recorder) -> None:
        self._inner = inner
        self._recorder = recorder
        self.name = inner.name

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncIterator[Samples]]:
        """As the microphone's own; what it heard before the beginning is dropped."""
        async with self._inner.open() as blocks:
            self.name = self._recorder.device = self._inner.name
            yield self._recorded(blocks)

    async def _recorded(self, blocks: AsyncIterator[Samples]) -> AsyncIterator[Samples]:
        async for block in blocks:
            if self._recorder.begun:
                self._recorder.heard(block)
                yield block


class RecordedSink:
    """A loudspeaker; `take` gives what it has played since it was last asked."""

    def __init__(self, inner: AudioSink) -> None:
        self.name, self.rate = inner.name, inner.rate
        self._inner = inner
        self._parts: deque[Samples] = deque()
        self._first = 0  # position of the first sample that is kept
        self._converter: Resampler | None = None

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Positions begin anew."""
        async with self._inner.open():
            self.name, self.rate = self._inner.name, self._inner.rate
            self._parts.clear()
            self._first, self._converter = 0, None
            yield

    async def write(self, samples: Samples) -> None:
        """Kept, if it was not taken back while it waited."""
        await self._inner.write(samples)
        if self._inner.position >= self._end + len(samples):
            self._parts.append(samples)

    def flush(self) -> None:
        """What is taken back was never played."""
        self._inner.flush()
        while self._parts and self._end > self._inner.position:
            last = self._parts.pop()
            keep = len(last) - (self._end + len(last) - self._inner.position)
            if keep > 0:
                self._parts.append(last[:keep])

    async def heard(self, position: int) -> None:
        """As the loudspeaker's own."""
        await self._inner.heard(position)

    @property
    def played(self) -> int:
        """The loudspeaker's."""
        return self._inner.played

    @property
    def position(self) -> int:
        """The loudspeaker's."""
        return self._inner.position

    @property
    def pending(self) -> int:
        """The loudspeaker's."""
        return self._inner.pending

    def take(self) -> Samples:
        """What was played since then, at 16 kHz."""
        wanted = min(self._inner.played, self._end) - self._first
        taken: list[Samples] = []
        while wanted > 0:
            part = self._parts.popleft()
            if len(part) > wanted:
                self._parts.appendleft(part[wanted:])
                part = part[:wanted]
            taken.append(part)
            self._first += len(part)
            wanted -= len(part)
        return self._converted(np.concatenate(taken) if taken else np.zeros(0, np.float32))

    def _converted(self, sound: Samples) -> Samples:
        """With every pause the converter gives out what it held back."""
        if not len(sound):
            converter, self._converter = self._converter, None
            return converter.process(sound, last=True) if converter else sound
        if self._converter is None:
            self._converter = Resampler(self.rate, RATE)
        return self._converter.process(sound)

    @property
    def _end(self) -> int:
        return self._first + sum(len(part) for part in self._parts)


class TappedSink(RecordedSink):
    """A loudspeaker that tells somebody of every block that goes out; it goes on doing so."""

    @property
    def tap(self) -> Any:
        """The loudspeaker's."""
        return getattr(self._inner, "tap")  # noqa: B009  (not every loudspeaker has one)

    @tap.setter
    def tap(self, tap: Any) -> None:
        setattr(self._inner, "tap", tap)  # noqa: B010  (as above)
