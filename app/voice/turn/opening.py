"""The numbers of a turn, worked out from the settings once.

A rule file: settings in, samples out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.config.voice import TurnSettings, VadSettings, VoiceSettings
from app.events.voice import WakeReason
from app.voice.audio.frames import RATE, samples_of
from app.voice.turn.addressee import Before
from app.voice.turn.hearing import Hearing
from app.voice.turn.interrupt import InterruptLimits
from app.voice.turn.patience import Patience
from app.voice.turn.segmenter import FOREVER, Limits, Segmenter
from app.voice.turn.window import Window, check_weights

TAIL_MS: Final = 160.0
"""The score still rings this long after the end of a wake word."""
KEY_MS: Final = 300.0
"""People begin to speak while the key goes down."""
OVERLAP_MS: Final = 200.0
"""Sound kept from before an interruption; more would bring Solo's own voice."""
RINGING_MS: Final = 160.0
"""A room rings this long after Solo's voice."""

PERSISTENT_MS: Final = 800.0
"""Who speaks so long over an answer means to interrupt; "uh-huh" and a cough are shorter."""
SAME_TURN_MS: Final = 400.0
"""Who goes on so much later than the longest wait says something new."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """All but what makes the test of a follow-up in samples."""

    limits: Limits
    longest: int
    """Of the silences that end a turn."""
    interrupt: InterruptLimits
    no_speech: int
    follow_up: int
    follow_up_test: bool
    follow_up_weights: Mapping[str, float]
    same_turn: int
    persistent: int
    kept: int

    def segmenter(self, why: WakeReason, floor: int, *, held: bool, patience: int) -> Segmenter:
        """A fresh one for this kind of opening."""
        tail = samples_of(TAIL_MS) if why == "wake" else 0
        limits = replace(self.limits, patience=patience, tail=tail)
        return Segmenter(limits, floor=floor, wait=self.longest, held=held)

    def patience(self, why: WakeReason) -> int:
        """How long to wait for a beginning after this kind of opening."""
        return FOREVER if why == "always" else self.no_speech

    def window(self, said: str, hearing: Hearing, now: int) -> Window:
        """The open ear after this answer to what was heard there."""
        called = hearing.window.before.dbfs if hearing.window else hearing.segmenter.loudness
        until = now + self.follow_up
        return Window(Before(said, called), now, until, self.follow_up_test, self.follow_up_weights)

    def left(self, hearing: Hearing, now: int) -> int:
        """How long this opening waits for words that make sense, 0 if it does not."""
        if hearing.window is not None:
            return hearing.window.until - now
        return hearing.opened_at + self.no_speech - now if hearing.why == "wake" else 0


def numbers(settings: VoiceSettings) -> Numbers:
    """From milliseconds and seconds to samples. Raises BadSettings for a weight of nothing."""
    vad, turn = settings.vad, settings.turn
    check_weights(turn.follow_up_weights)
    pause = min(turn.speculate_ms, turn.silence_ms)
    limits = Limits(
        threshold=vad.threshold,
        start=samples_of(vad.start_ms),
        pause=samples_of(pause),
        preroll=samples_of(vad.preroll_ms),
        patience=FOREVER,
        longest=round(turn.longest_seconds * RATE),
        minimum_dbfs=vad.minimum_dbfs,
    )
    longest = Patience(turn).longest
    return Numbers(
        limits=limits,
        longest=longest,
        interrupt=_interrupt(vad, turn),
        no_speech=round(turn.no_speech_seconds * RATE),
        follow_up=round(turn.follow_up_seconds * RATE),
        follow_up_test=turn.follow_up_test,
        follow_up_weights=turn.follow_up_weights,
        same_turn=longest + samples_of(SAME_TURN_MS),
        persistent=samples_of(PERSISTENT_MS),
        kept=samples_of(vad.preroll_ms) + 2 * RATE,
    )


def _interrupt(vad: VadSettings, turn: TurnSettings) -> InterruptLimits:
    ducks = turn.duck_ms if turn.interrupt == "speech" else 0
    return InterruptLimits(
        samples_of(turn.interrupt_ms), vad.threshold, vad.minimum_dbfs, suspected=samples_of(ducks)
    )
