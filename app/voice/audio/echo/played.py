"""What the loudspeaker plays, laid on the microphone's line of time.

A rule file: fed with what was written to the loudspeaker and when that will be heard, it says what
was played while a frame was heard.  Pieces that follow each other without a gap are one run, whose
place is decided by its first piece: what the device says of its delay trembles, its samples do not.
Afterwards the run is compared with what the loudspeaker says it has played; a small difference
(two clocks are never the same) is made up for by a few samples a second, a large one at once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final, Protocol

import numpy as np

from app.voice.audio.echo.hearing import HearingClock
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.resample import Resampler

KEPT: Final = 4 * RATE
SEEN: Final = 31
"""Comparisons (a second) that make a judgement."""
CREEP: Final = 8
"""Samples by which a run is moved at most where two clocks drift apart: 500 parts in a million."""
UNTOLD_SECONDS: Final = 0.2
JUMP: Final = 80
"""A difference from here on (5 ms) is no drift: the loudspeaker has stuttered."""


class Position(Protocol):
    """What of a loudspeaker is needed: see AudioSink."""

    rate: int

    @property
    def played(self) -> int: ...
    @property
    def position(self) -> int: ...
    @property
    def pending(self) -> int: ...


class Line:
    """The last four seconds and what is to come, by index; silence where nothing was laid."""

    def __init__(self) -> None:
        self._ring: Samples = np.zeros(KEPT, np.float32)
        self._end = 0

    def put(self, at: int, samples: Samples) -> None:
        """Lay it down, over what lies there."""
        self._reach(at + len(samples))
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
    """Pieces without a gap. first: position in the sink where it begins; at: index at which that is
    heard; laid: samples at 16 kHz of it that were laid down."""

    first: int
    at: float
    converter: Resampler
    laid: int = 0

    def index_of(self, position: int, rate: int) -> float:
        """When a position of the sink is heard, by this run."""
        return self.at + (position - self.first) * RATE / rate


class Played:
    """See the module. One per process; outlives microphone and loudspeaker."""

    def __init__(self) -> None:
        self.clock = HearingClock()
        self.jumps = 0
        """How often the loudspeaker was not where it was believed to be."""
        self.drift = 0.0
        """Parts in a million by which the loudspeaker is slower than the microphone, as last seen."""
        self._line = Line()
        self._sink: Position | None = None
        self._end = 0
        self._run: Run | None = None
        self._errors: deque[float] = deque(maxlen=SEEN)

    def attach(self, sink: Position | None) -> None:
        """This loudspeaker is open from now on, and its positions begin anew; None: none is."""
        self._sink, self._end, self._run = sink, 0, None
        self._errors.clear()

    def wrote(self, samples: Samples, now: float) -> None:
        """The loudspeaker took this just now, behind what it took before."""
        sink, here = self._sink, self.clock.at(now)
        if sink is None or here is None:
            return
        self._take_back(sink, here)
        start = sink.position - len(samples)
        if start < self._end:
            return  # a flush came while it waited: it was never written
        heard_at = here + (sink.pending - len(samples)) * RATE / sink.rate
        run = self._run
        if run is None or (self._ran_dry(sink, samples) and heard_at - run.index_of(start, sink.rate) > JUMP):
            self._finish()
            run = self._run = Run(start, heard_at, Resampler(sink.rate, RATE))
            self._errors.clear()
        self._end = sink.position
        self._lay(run, run.converter.process(samples))

    def follow(self, until: int, now: float) -> None:
        """The microphone has come to this index: compare, and finish what is over."""
        sink, here = self._sink, self.clock.at(now)
        if sink is None or here is None:
            return
        self._take_back(sink, here)
        self._compare(sink, here)
        run = self._run
        if run is not None and run.index_of(self._end, sink.rate) <= until:
            self.jumps += sink.pending * RATE > JUMP * sink.rate  # it should have been over
            self._finish()

    def during(self, start: int, count: int) -> Samples:
        """What was played while these samples were heard."""
        return self._line.get(start, count)

    @property
    def missing(self) -> bool:
        """Something is being heard of which we were not told."""
        sink = self._sink
        if sink is None or not sink.pending:
            return False
        return not self.clock.known or sink.position - self._end > sink.rate * UNTOLD_SECONDS

    # -- inside ----------------------------------------------------------------------------------

    def _ran_dry(self, sink: Position, samples: Samples) -> bool:
        return sink.pending <= len(samples) + sink.rate // 100

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
        run, back = self._run, self._end - sink.position
        if back <= 0:
            return
        if run is not None:
            self._line.clear(max(round(run.index_of(sink.position, sink.rate)), round(here)))
        self._end, self._run = sink.position, None
        self._errors.clear()

    def _compare(self, sink: Position, here: float) -> None:
        run, played = self._run, sink.played
        if run is None or not run.first < played < self._end:
            return
        self._errors.append(here - run.index_of(played, sink.rate))
        if len(self._errors) < SEEN:
            return
        error = median(self._errors)
        self._errors.clear()
        if abs(error) >= JUMP:
            self.jumps += 1
            run.at += error
        elif abs(error) > 1:
            moved = max(-CREEP, min(CREEP, error / 2))
            run.at += moved
            self.drift = moved * 1_000_000 / (SEEN * 512)
