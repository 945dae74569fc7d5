"""What the loudspeaker plays, laid on the microphone's line of time.

A rule file.  A loudspeaker that can be tapped tells every block it is given, silence included, and
when that will be heard.  Its samples and the microphone's both come without gaps, so one number says
how the two lie to each other; it is taken from many blocks, since what a device says of its delay
trembles, and is changed only when it has been wrong for a second.  Of any other loudspeaker (a file)
we are told what was written to it, and lay each run of pieces where its first one is heard.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Final, Protocol, runtime_checkable

import numpy as np

from app.voice.audio.echo.hearing import HearingClock
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.resample import Resampler

KEPT: Final = 4 * RATE
SEEN: Final = 100
"""Blocks (a second) that make a judgement."""
FIRST_SEEN: Final = 8
JUMP: Final = 320
"""A difference from here on (20 ms) means that the loudspeaker is not where it was believed to be;
a smaller one a canceller gets over by itself, and far better than a reference that is moved."""
STEADY_SECONDS: Final = 20.0
"""From then on a difference that has grown says something of the two clocks."""
UNTOLD_SECONDS: Final = 0.3
SILENT_BLOCKS: Final = 20
"""So many silent blocks (0.2 s) end a run, to be cheap while nothing is said."""


class Position(Protocol):
    """What of a loudspeaker is needed: see AudioSink."""

    rate: int

    @property
    def position(self) -> int: ...
    @property
    def pending(self) -> int: ...


@runtime_checkable
class Tapped(Protocol):
    """A loudspeaker that tells what goes out: each block, and when its first sample is heard (by the
    steady clock, in seconds). Called from any thread."""

    tap: Callable[[Samples, float], None] | None


class Line:
    """The last four seconds and what is to come, by index; silence where nothing was laid."""

    def __init__(self) -> None:
        self._ring: Samples = np.zeros(KEPT, np.float32)
        self._end = 0
        self.sounded = 0
        """Index behind the last sound that was laid down."""

    def put(self, at: int, samples: Samples) -> None:
        """Lay it down, over what lies there."""
        self._reach(at + len(samples))
        loud = np.flatnonzero(samples)
        if len(loud):
            self.sounded = at + int(loud[-1]) + 1
        late = max(0, self._end - KEPT - at)
        where = np.arange(at + late, at + len(samples)) % KEPT
        self._ring[where] = samples[late:]

    def get(self, at: int, count: int) -> Samples:
        """What lies there."""
        self._reach(at + count)
        known = max(at, self._end - KEPT, 0)
        found = np.zeros(count, np.float32)
        if known < at + count:
            found[known - at :] = self._ring[np.arange(known, at + count) % KEPT]
        return found

    def clear(self, at: int) -> None:
        """Silence from there on."""
        if at < self._end:
            self._ring[np.arange(max(at, self._end - KEPT), self._end) % KEPT] = 0

    def _reach(self, end: int) -> None:
        """What is overwritten on the way to `end` becomes silence."""
        if end > self._end:
            self._ring[np.arange(max(self._end, end - KEPT), end) % KEPT] = 0
            self._end = end


@dataclass(slots=True)
class Run:
    """Sound without a gap. at: index at which its first sample is heard; laid: samples at 16 kHz of
    it that were laid down."""

    at: float
    converter: Resampler
    laid: int = 0


class Played:
    """See the module. One per process; outlives microphone and loudspeaker."""

    def __init__(self) -> None:
        self.clock = HearingClock()
        self.jumps = 0
        """How often the loudspeaker was not where it was believed to be."""
        self._line = Line()
        self._sink: Position | None = None
        self._run: Run | None = None
        self._written = _Written()
        self._blocks: deque[tuple[Samples, float]] = deque()
        self._stream = _Stream()

    def attach(self, sink: Position | None) -> None:
        """This loudspeaker is open from now on, and its positions begin anew; None: none is."""
        if isinstance(self._sink, Tapped):
            self._sink.tap = None
        self._sink, self._run, self._written = sink, None, _Written()
        self._blocks.clear()
        self._stream = _Stream()
        if isinstance(sink, Tapped):
            sink.tap = self._tapped

    def restarted(self) -> None:
        """The microphone was opened anew: all lies differently."""
        self.clock.restarted()
        self._run, self._stream = None, _Stream()

    def wrote(self, samples: Samples, now: float) -> None:
        """The loudspeaker took this just now, behind what it took before."""
        sink, here, known = self._sink, self.clock.at(now), self._written
        if sink is None or here is None or isinstance(sink, Tapped):
            return
        self._take_back(sink, here)
        start = sink.position - len(samples)
        if start < known.end:
            return  # a flush came while it waited: it was never written
        heard_at = here + (sink.pending - len(samples)) * RATE / sink.rate
        run = self._run
        if run is None or heard_at > run.at + (start - known.first) * RATE / sink.rate + RATE / 200:
            self._finish()
            run = self._run = Run(heard_at, Resampler(sink.rate, RATE))
            known.first = start
        known.end = sink.position
        self._lay(run, run.converter.process(samples))

    def follow(self, until: int, now: float) -> None:
        """The microphone has come to this index."""
        sink, here, known = self._sink, self.clock.at(now), self._written
        if sink is None or here is None:
            return
        if isinstance(sink, Tapped):
            self._drain(sink.rate, now)
            return
        self._take_back(sink, here)
        run = self._run
        if run is not None and run.at + (known.end - known.first) * RATE / sink.rate <= until:
            self._finish()

    def during(self, start: int, count: int) -> Samples:
        """What was played while these samples were heard."""
        return self._line.get(start, count)

    @property
    def until(self) -> int:
        """Index behind the last sound that was laid down."""
        return self._line.sounded

    @property
    def drift(self) -> float:
        """Parts in a million by which the loudspeaker is slower than the microphone; 0 until known."""
        return self._stream.drift

    def missing(self, now: float) -> bool:
        """Something is being heard of which we were not told."""
        sink = self._sink
        if sink is None or not sink.pending:
            return False
        if not self.clock.known:
            return True
        if isinstance(sink, Tapped):
            return now - self._stream.told_at > UNTOLD_SECONDS
        return sink.position - self._written.end > sink.rate * UNTOLD_SECONDS

    # -- inside ----------------------------------------------------------------------------------

    def _tapped(self, samples: Samples, heard_at: float) -> None:
        self._blocks.append((samples, heard_at))
        if len(self._blocks) > 200:  # nobody listens
            self._blocks.popleft()

    def _drain(self, rate: int, now: float) -> None:
        stream = self._stream
        while self._blocks:
            samples, heard_at = self._blocks.popleft()
            here = self.clock.at(heard_at)
            if here is None:
                continue
            stream.told_at = now
            if stream.compare(here, rate):
                self.jumps += 1
                self._finish()
            self._pour(samples, stream.index(rate), rate)
            stream.count += len(samples)

    def _pour(self, samples: Samples, at: float, rate: int) -> None:
        stream = self._stream
        stream.silent = 0 if samples.any() else stream.silent + 1
        if stream.silent > SILENT_BLOCKS:
            self._finish()
            return
        if self._run is None:
            self._run = Run(at, Resampler(rate, RATE))
        self._lay(self._run, self._run.converter.process(samples))

    def _lay(self, run: Run, samples: Samples) -> None:
        at = round(run.at) + run.laid
        if at < self.clock.position + KEPT // 2:  # else a clock has leapt, and nobody will ask for it
            self._line.put(at, samples)
        run.laid += len(samples)

    def _finish(self) -> None:
        """The run is over: what its converter holds back comes out."""
        run, self._run = self._run, None
        if run is not None:
            self._lay(run, run.converter.process(np.zeros(0, np.float32), last=True))

    def _take_back(self, sink: Position, here: float) -> None:
        """After a flush less has been written than we know of."""
        run, known = self._run, self._written
        if sink.position >= known.end:
            return
        if run is not None:
            at = run.at + (sink.position - known.first) * RATE / sink.rate
            self._line.clear(max(round(at), round(here)))
        known.end, self._run = sink.position, None


@dataclass(slots=True)
class _Written:
    """Positions in the sink. first: of the run; end: up to which we were told."""

    first: int = 0
    end: int = 0


class _Stream:
    """A loudspeaker that never pauses, and how its samples lie to the microphone's."""

    def __init__(self) -> None:
        self.count = 0
        self.silent = SILENT_BLOCKS
        self.told_at = float("-inf")
        self.drift = 0.0
        self._at: float | None = None
        self._since = 0
        self._errors: deque[float] = deque(maxlen=SEEN)

    def index(self, rate: int) -> float:
        """Where the next block is heard."""
        return (self._at or 0.0) + self.count * RATE / rate

    def compare(self, here: float, rate: int) -> bool:
        """The next block is heard here, says the device. True: it was far from where it should be."""
        if self._at is None:
            self._at, self._since = here - self.count * RATE / rate, self.count
        self._errors.append(here - self.index(rate))
        seconds = (self.count - self._since) / rate
        young = len(self._errors) == FIRST_SEEN and seconds < 1
        if len(self._errors) < SEEN and not young:
            return False
        error = median(self._errors)
        if young:
            self._at += error
            self._errors.clear()
            return False
        if abs(error) >= JUMP:
            self._at, self._since = self._at + error, self.count
            self._errors.clear()
            return True
        if seconds > STEADY_SECONDS:
            self.drift = error / RATE / seconds * 1_000_000
        return False
