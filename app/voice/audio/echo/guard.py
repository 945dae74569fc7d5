"""Takes Solo's own voice out of what the microphone hears, and says how well that goes.

A rule file.  Each frame is set against what was played meanwhile.  While nothing was played for a
while the frame passes untouched, and costs nothing; what was learnt of the room is kept.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.voice.audio.echo.delay import DelayEstimator, offset_for
from app.voice.audio.echo.played import Played
from app.voice.audio.echo.port import EchoCanceller
from app.voice.audio.echo.report import WEAK_DB, EchoReport, Watch
from app.voice.audio.frames import RATE, Samples, milliseconds
from app.voice.audio.level import SILENCE_DBFS, dbfs

RINGING: Final = RATE
"""So long after the last sound that was played there may still be an echo of it."""
LOOKED_BACK: Final = 94
"""Frames with an echo (three seconds) from which the attenuation is known."""
ENOUGH: Final = 16
"""Frames with an echo that make a first judgement."""
ALLOWED: Final = 0.25
"""So large a share of them may be worse: somebody may have spoken over it."""
CREDIBLE_DB: Final = 30.0
"""More attenuation is not counted upon."""
ECHO_SHARE_DB: Final = 6.0
"""A frame in which the echo is quieter than all else by more says nothing of the attenuation."""
LOUD_DB: Final = 12.0
"""Nor does one whose echo is so much quieter than the loudest: there the room is louder than the rest."""
LOUDEST_FADES_DB: Final = 0.03
"""Per frame: a decibel a second."""
WORSE_FRAMES: Final = 3
"""So many frames on end that are louder cleaned than heard: the echo comes another way than before."""
ALIKE: Final = 0.5
"""From this correlation with what was taken out on, what is left is echo: it came back louder or softer."""
SUSPECT_DB: Final = 6.0
"""What is so much louder than what should be left is perhaps a person, and not counted,"""
SUSPECTED_MOST: Final = 62
"""but for no more than two seconds on end: then the echo has changed."""


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """A frame without Solo's voice. echo: how loud what is left of that may be, dBFS; -120 where
    nothing was taken out, or it is not yet known how well."""

    samples: Samples
    echo: float = SILENCE_DBFS


class EchoGuard:
    """See the module. One per microphone; `played` may outlive it."""

    def __init__(self, engine: EchoCanceller, played: Played) -> None:
        self._engine = engine
        self._played = played
        self._delay = DelayEstimator()
        self._watch = Watch(engine.name)
        self._offset = 0
        self._sounded: int | None = None
        self._active = False
        self._loudest = SILENCE_DBFS
        self._suspected = self._worse = self._poor = 0
        self._gains: deque[float] = deque(maxlen=LOOKED_BACK)

    def follow(self, *, stepping: bool) -> None:
        """stepping: the microphone is a file that is read faster than time."""
        self._played.clock.stepping = stepping

    def load(self) -> None:
        """Slow; once. Raises MissingExtra."""
        self._engine.load()

    def close(self) -> None:
        """Idempotent."""
        self._engine.close()

    def restarted(self) -> None:
        """The microphone was opened (again): its clock begins anew, and so does the delay."""
        self._played.restarted()
        self._delay.reset()

    def hear(self, samples: Samples, index: int, now: float) -> Cleaned:
        """The next frame, and when it came."""
        played, end = self._played, index + len(samples)
        played.clock.heard(end, now)
        played.follow(end, now)
        self._watch.frame(
            speed=played.clock.speed, drift=played.drift, jumps=played.jumps, missing=played.missing(now)
        )
        reference = played.during(index, len(samples))
        if reference.any():
            self._sounded = end
        self._active = self._sounded is not None and end - self._sounded < RINGING + max(0, self._offset)
        if not self._active or not self._engine.tail or not self._watch.reliable:
            return Cleaned(samples)
        return self._clean(samples, index, reference)

    def report(self) -> EchoReport:
        """How it stands."""
        found, gain = self._delay.found, self._attenuation()
        return self._watch.report(
            active=self._active,
            delay_ms=None if found is None else milliseconds(found.samples),
            attenuation_db=None if gain is None else round(gain, 1),
            weak=found is not None and self._poor >= LOOKED_BACK,
        )

    # -- inside ----------------------------------------------------------------------------------

    def _clean(self, samples: Samples, index: int, reference: Samples) -> Cleaned:
        if self._delay.hear(samples, reference):
            self._move()
        if self._offset:
            reference = self._played.during(index - self._offset, len(samples))
        clean = self._engine.process(samples, reference)
        if not np.isfinite(clean).all():
            self._engine.reset()
            self._watch.broke()
            return Cleaned(np.nan_to_num(samples))
        taken = samples - clean
        echo, left = dbfs(taken), dbfs(clean)
        self._measure(dbfs(samples), echo, left)
        rest = self._left(echo)
        return Cleaned(clean, max(rest, left) if rest > SILENCE_DBFS and _alike(clean, taken) else rest)

    def _measure(self, heard: float, echo: float, left: float) -> None:
        """How much quieter the echo has become, as far as this frame can tell."""
        self._loudest = max(echo, self._loudest - LOUDEST_FADES_DB)
        if echo < max(heard - ECHO_SHARE_DB, self._loudest - LOUD_DB):
            return
        self._worse = self._worse + 1 if left > heard else 0
        if self._worse >= WORSE_FRAMES:
            self._gains.clear()
            self._gains.extend([0.0] * ENOUGH)
        expected = self._left(echo)
        if SILENCE_DBFS < expected < left - SUSPECT_DB and self._suspected < SUSPECTED_MOST:
            self._suspected += 1
            return
        if left <= expected + SUSPECT_DB:
            self._suspected = 0
        self._gains.append(heard - left)
        self._poor = self._poor + 1 if (self._attenuation() or 0.0) < WEAK_DB else 0

    def _move(self) -> None:
        found = self._delay.found
        offset = self._offset if found is None else offset_for(found.samples, self._offset)
        if offset != self._offset:
            self._engine.moved(offset - self._offset)
            self._offset = offset

    def _attenuation(self) -> float | None:
        if len(self._gains) < ENOUGH:
            return None
        return sorted(self._gains)[int(len(self._gains) * ALLOWED)]

    def _left(self, echo: float) -> float:
        gain = self._attenuation()
        if gain is None:
            return SILENCE_DBFS
        return max(SILENCE_DBFS, echo - max(0.0, min(CREDIBLE_DB, gain)))


def _alike(one: Samples, other: Samples) -> bool:
    both = float(np.dot(one, other))
    return both * both > ALIKE**2 * float(np.dot(one, one)) * float(np.dot(other, other))
