"""Takes Solo's own voice out of what the microphone hears, and says how well that goes.

A rule file.  Each frame is set against what was played meanwhile.  While nothing was played for a
while the frame passes untouched, and costs nothing; what was learnt of the room is kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.voice.audio.echo.delay import DelayEstimator, offset_for
from app.voice.audio.echo.played import Played
from app.voice.audio.echo.port import EchoCanceller
from app.voice.audio.echo.report import EchoReport, Watch
from app.voice.audio.echo.rest import Rest
from app.voice.audio.frames import RATE, Samples, milliseconds
from app.voice.audio.level import SILENCE_DBFS, dbfs

RINGING: Final = RATE
"""So long after the last sound that was played there may still be an echo of it."""
ALIKE: Final = 0.5
"""From this correlation with what was taken out on, what is left is echo: it came back louder or softer.
In two frames on end, and with the same sign: in one a person's pitch may by chance be Solo's."""


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
        self._alike = 0.0
        self._rest = Rest()

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
        found, gain = self._delay.found, self._rest.attenuation
        return self._watch.report(
            active=self._active,
            delay_ms=None if found is None else milliseconds(found.samples),
            attenuation_db=None if gain is None else round(gain, 1),
            weak=found is not None and self._rest.weak,
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
        left = dbfs(clean)
        rest = self._rest.hear(dbfs(samples), dbfs(taken), left, self._engine.left)
        alike = self._still_alike(_correlation(clean, taken))
        return Cleaned(clean, max(rest, left) if rest > SILENCE_DBFS and alike else rest)

    def _still_alike(self, correlation: float) -> bool:
        before, self._alike = self._alike, correlation
        return min(abs(before), abs(correlation)) > ALIKE and before * correlation > 0

    def _move(self) -> None:
        found = self._delay.found
        offset = self._offset if found is None else offset_for(found.samples, self._offset)
        if offset != self._offset:
            self._engine.moved(offset - self._offset)
            self._offset = offset


def _correlation(one: Samples, other: Samples) -> float:
    power = float(np.dot(one, one)) * float(np.dot(other, other))
    return float(np.dot(one, other)) / math.sqrt(power) if power > 0 else 0.0
