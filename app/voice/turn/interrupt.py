"""Does the person speak over Solo?

A rule file: fed with the frames heard while Solo speaks.  On open loudspeakers the microphone
hears Solo itself, and to the voice activity detector that is speech.  So it learns how loud that
is: from the beginning of the first playback, when hardly anybody interrupts, and from then on from
every voice that is too quiet or too short to be a person.  A person counts when they are clearly
louder.  With headphones nothing like speech comes back, nothing is learnt, and every voice counts.

Where the echo is taken out, each frame says how loud what is left of it may be.  That is a better
judge than what was learnt, for the person's own voice does not raise it: who is clearly louder counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.voice.audio.frames import RATE, Frame

RELEASE: Final = 0.15
"""Hysteresis: a voice goes on while the score is above the threshold less this."""
MARGIN_DB: Final = 6.0
"""So much louder than Solo's own echo must a person be."""
LEFT_MARGIN_DB: Final = 4.0
"""And so much louder than what may be left of it where it is taken out."""
CLEAR_DB: Final = 12.0
"""Who is so much louder is no echo, and a frame of theirs"""
CLEARLY: Final = 1.25
"""counts as so many."""
DOUBT_MOST_DB: Final = 18.0
LEARNING: Final = RATE * 4 // 10
"""Samples at the beginning of the first playback from which only the echo is learnt."""
STEP_DB: Final = 3.0
"""One loud moment raises what was learnt by no more than this: it may have been a person."""
FADE_DB: Final = 0.1
"""Per frame (32 ms): what was learnt is forgotten at 3 dB a second unless it is heard again."""
RINGING_DB: Final = 1.0
"""Per frame: what is left of an echo fades no faster (30 dB a second, a room of two seconds)."""
DOUBT_FADE_DB: Final = 0.01
"""Per frame: an echo that passed for a person is remembered for some minutes."""
DIP: Final = RATE // 10
"""So much without a voice ends a run."""
WITHIN_DB: Final = 15.0
"""By so much the end of a syllable may be quieter than what is never speech."""
SILENT: Final = -120.0


@dataclass(frozen=True, slots=True)
class InterruptLimits:
    """needed: samples of speech that interrupt; threshold: score from 0 to 1; suspected: samples of
    speech that make a suspicion, 0 for none."""

    needed: int
    threshold: float
    minimum_dbfs: float = SILENT
    suspected: int = 0


class Interrupter:
    """One per microphone: what it learnt of the echo outlives an answer."""

    def __init__(self, limits: InterruptLimits) -> None:
        self._limits = limits
        self._echo = SILENT
        self._left = SILENT
        """How loud the rest of an echo that is taken out may be at this moment."""
        self._doubt = 0.0
        """Decibels by which that was louder than it should have been."""
        self._learnt = 0
        """Samples of playback listened to so far for learning."""
        self._voiced = False
        self._last_peak = SILENT
        self._clear_run()

    @property
    def echo(self) -> float:
        """How loud Solo hears itself, dBFS; -120 when it does not."""
        return self._echo

    @property
    def suspicious(self) -> bool:
        """Somebody may be about to interrupt."""
        return 0 < self._limits.suspected <= self._run

    def silent(self) -> None:
        """Solo does not speak (any more)."""
        self._voiced = False
        self._clear_run()

    def mistaken(self) -> None:
        """The last interruption was no person: it was the echo."""
        self._echo = max(self._echo, self._last_peak)
        self._doubt = min(DOUBT_MOST_DB, self._doubt + MARGIN_DB)

    def hear(self, frame: Frame) -> int | None:
        """A frame heard while Solo speaks. Returns the first voiced sample of the interruption
        when it has become one."""
        self._echo = max(SILENT, self._echo - FADE_DB)
        self._left = max(frame.echo, self._left - RINGING_DB)
        self._doubt = max(0.0, self._doubt - DOUBT_FADE_DB)
        voiced = self._is_voiced(frame)
        if frame.echo > SILENT:
            self._learnt = LEARNING
            return self._over_rest(frame, voiced)
        if self._learnt < LEARNING:
            self._learnt += len(frame.samples)
            self._echo = max(self._echo, frame.dbfs) if voiced else self._echo
            return None
        if voiced and frame.dbfs >= self._echo + MARGIN_DB:
            return self._count(frame)
        if voiced:
            self._echo = max(self._echo, frame.dbfs)
        self._pause(frame)
        return None

    # -- inside ----------------------------------------------------------------------------------

    def _over_rest(self, frame: Frame, voiced: bool) -> int | None:
        """The echo is taken out: whoever is louder than what may be left of it is a person."""
        if voiced and frame.dbfs >= self._left + LEFT_MARGIN_DB + self._doubt:
            clear = frame.dbfs >= self._left + CLEAR_DB + self._doubt
            return self._count(frame, CLEARLY if clear else 1.0)
        self._pause(frame)
        return None

    def _is_voiced(self, frame: Frame) -> bool:
        bound = self._limits.threshold - (RELEASE if self._voiced else 0.0)
        quietest = self._limits.minimum_dbfs - (WITHIN_DB if self._run else 0.0)
        self._voiced = frame.speech >= bound and frame.dbfs >= quietest
        return self._voiced

    def _count(self, frame: Frame, weight: float = 1.0) -> int | None:
        if not self._run:
            self._run_from, self._peak = frame.index, SILENT
        self._run += round(weight * len(frame.samples))
        self._gap = 0
        self._peak = max(self._peak, frame.dbfs)
        if self._run < self._limits.needed:
            return None
        self._run = 0
        self._last_peak = self._peak
        return self._run_from

    def _pause(self, frame: Frame) -> None:
        """A run too short for a person was perhaps a loud moment of the echo, if there is one."""
        self._gap += len(frame.samples)
        if self._run and self._gap >= DIP:
            if self._echo > SILENT:
                self._echo = max(self._echo, min(self._peak, self._echo + STEP_DB))
            self._clear_run()

    def _clear_run(self) -> None:
        self._run = self._run_from = self._gap = 0
        self._peak = SILENT
