"""Where a person's turn begins, pauses and ends.

A rule file: it is fed frames and says marks.  It counts samples and knows no clock, so a recording
at fifty times the speed is cut like a live microphone.

    opened ──▶ BEGAN ──▶ PAUSED ──▶ ENDED
       │                  │   ▲
       ▼                  ▼   │
    NOTHING             RESUMED          TOO_LONG from BEGAN on
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from app.voice.audio.frames import Frame, Samples

RELEASE: Final = 0.15
"""Hysteresis: speech goes on while the score is above the threshold less this."""
DIP: Final = 1000
"""Samples without a voice that do not end a run: a consonant, or one frame that is too quiet."""
FOREVER: Final = 1 << 62


class Heard(StrEnum):
    """What a frame meant for the turn."""

    BEGAN = "began"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"
    TOO_LONG = "too_long"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Limits:
    """All in samples, but threshold (score, 0 to 1) and minimum_dbfs.

    start: speech that makes a beginning; pause: silence that makes a pause; preroll: sound kept
    from before the beginning; patience: how long to wait for a beginning; longest: of a turn.
    tail: speech that runs on from the very beginning (the end of a wake word, still ringing in
    the score) must last this long to count.
    """

    threshold: float
    start: int
    pause: int
    preroll: int
    patience: int
    longest: int
    minimum_dbfs: float = -120.0
    tail: int = 0


class Segmenter:
    """One turn, from the opening of the ear to its end.

    floor: no sample before this belongs to the turn.  wait: silence that ends the turn; may be
    changed at any time.  held: a key says when the turn is over, silence never does.
    """

    def __init__(self, limits: Limits, *, floor: int, wait: int, held: bool = False) -> None:
        self.wait = wait
        self.held = held
        self.began_at: int | None = None
        self.voiced_until = floor
        self.resumed_at = floor
        """First voiced sample after the last pause …"""
        self.paused_for = 0
        """… and the length of that pause."""
        self.paused = False
        self.over = False
        self._limits = limits
        self._floor = floor
        self._frames: list[Frame] = []
        self._run_from: int | None = None
        self._run = 0
        self._gap = 0
        self._speaking = False
        self._any_voice = False
        self._ringing = limits.tail > 0
        self._deaf_until = floor

    @property
    def position(self) -> int:
        """Index of the sample after the last one heard."""
        return self._frames[-1].index + len(self._frames[-1].samples) if self._frames else self._floor

    @property
    def silence(self) -> int:
        """Samples since the last voiced one."""
        return self.position - self.voiced_until

    @property
    def voiced(self) -> bool:
        """There was something like speech, if perhaps too short to be a beginning."""
        return self._any_voice

    @property
    def loudness(self) -> float | None:
        """Of what was said, dBFS, from its first to its last voiced sample; None before a beginning."""
        if self.began_at is None:
            return None
        said = [f.dbfs for f in self._frames if self.began_at <= f.index < self.voiced_until]
        return 10 * float(np.log10(np.mean(np.power(10.0, np.divide(said, 10))))) if said else None

    def hear(self, frame: Frame) -> Heard | None:
        """The next frame; what it meant, if anything."""
        if self.over or frame.index + len(frame.samples) <= max(self._floor, self._deaf_until):
            return None
        self._frames.append(frame)
        self._count(frame)
        if self.began_at is None:
            return self._before(frame)
        return self._during(frame)

    def skip_to(self, sample: int) -> None:
        """Nothing before this is the person's: Solo itself was heard."""
        self._deaf_until = sample
        self._run, self._run_from = 0, None

    def reopen(self) -> None:
        """Decided too early, perhaps: go on listening, but only for the person's going on."""
        self.over, self.paused, self.held = False, True, False
        self.wait = FOREVER
        self._run, self._run_from = 0, None

    def audio(self, since: int | None = None) -> Samples:
        """The turn so far, with its pre-roll, or from a later sample on."""
        if not self._frames:
            return np.zeros(0, np.float32)
        start = max(self._start(), since or 0)
        parts = [f.samples[max(0, start - f.index) :] for f in self._frames]
        return np.concatenate(parts)

    # -- inside ----------------------------------------------------------------------------------

    def _start(self) -> int:
        began = self.began_at if self.began_at is not None else self._floor
        return max(self._floor, began - self._limits.preroll)

    def _count(self, frame: Frame) -> None:
        bound = self._limits.threshold - (RELEASE if self._speaking else 0.0)
        self._speaking = frame.speech >= bound and frame.dbfs >= self._limits.minimum_dbfs
        if not self._speaking:
            self._gap += len(frame.samples)
            if self._gap > DIP:
                self._run, self._run_from = 0, None
                self._ringing = False
            return
        self._gap = 0
        if self._run_from is None:
            self._run_from = max(frame.index, self._floor)
        self._run += frame.index + len(frame.samples) - max(frame.index, self._floor)
        self._any_voice = True

    def _before(self, frame: Frame) -> Heard | None:
        needed = self._limits.start + (self._limits.tail if self._ringing else 0)
        end = frame.index + len(frame.samples)
        if self._run >= needed and self._run_from is not None:
            self.began_at = self._run_from
            self.voiced_until = end
            return Heard.BEGAN
        patience = self._limits.longest if self.held else self._limits.patience
        if not self._run and end - self._floor >= patience:
            self.over = True
            return Heard.NOTHING
        self._forget()
        return None

    def _during(self, frame: Frame) -> Heard | None:
        end = frame.index + len(frame.samples)
        resumed = False
        # a click in a pause is not speech: to go on takes as much as to begin
        if self._speaking and (not self.paused or self._run >= self._limits.start):
            resumed, self.paused = self.paused, False
            self.resumed_at = self._run_from or frame.index
            self.paused_for = self.resumed_at - self.voiced_until
            self.voiced_until = end
        if end - (self.began_at or 0) >= self._limits.longest:
            self.over = True
            return Heard.TOO_LONG
        if resumed:
            return Heard.RESUMED
        return self._quiet()

    def _quiet(self) -> Heard | None:
        if not self.paused and self.silence >= self._limits.pause:
            self.paused = True
            return Heard.PAUSED
        # somebody who is just beginning again is not cut off
        if self.paused and not self.held and not self._run and self.silence >= self.wait:
            self.over = True
            return Heard.ENDED
        return None

    def _forget(self) -> None:
        """Before the beginning only what may become pre-roll is kept."""
        if self.held:
            return
        keep_from = self.position - self._limits.preroll - self._limits.start - self._limits.tail - self._run
        while len(self._frames) > 1 and self._frames[0].index + len(self._frames[0].samples) <= keep_from:
            self._frames.pop(0)
