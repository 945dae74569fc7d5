"""How long a silence ends a turn: what the sound, the words and the talk so far say, put together.

A rule file: judgements in, samples out.  `TABLE` is all of it, its numbers are settings, and the
person's own pauses stretch it; the ear asks again whenever it knows more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.config.voice import TurnSettings
from app.voice.audio.frames import milliseconds, samples_of
from app.voice.turn.forms import Shape
from app.voice.turn.pauses import Pauses


class Sound(StrEnum):
    """What the melody says: that was the end, perhaps, no; NONE: not judged (yet)."""

    END = "end"
    UNSURE = "unsure"
    MIDDLE = "middle"
    NONE = "none"


class Wait(StrEnum):
    """The classes of silence, from the shortest to the longest. BRIEF: nothing is missing; USUAL: nothing
    speaks against an end; COUNTING: a number, perhaps the first of some; DOUBTFUL: something might;
    UNFINISHED: something does; LONG: the words lead on."""

    BRIEF = "brief"
    USUAL = "usual"
    COUNTING = "counting"
    DOUBTFUL = "doubtful"
    UNFINISHED = "unfinished"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a pause. probability: of the end, by the sound; None: not judged (yet). asked: Solo
    had just asked something."""

    shape: Shape = Shape.PLAIN
    probability: float | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Where all of it fits, the silence is of this class. sounds empty: any; asked None: either way."""

    shape: Shape
    sounds: tuple[Sound, ...]
    asked: bool | None
    wait: Wait


_ANY: Final[tuple[Sound, ...]] = ()
_NOT_AGAINST: Final = (Sound.END, Sound.NONE)

TABLE: Final[tuple[Row, ...]] = (
    # Nothing is missing.
    Row(Shape.SHORT, _ANY, True, Wait.BRIEF),
    Row(Shape.SHORT, _ANY, False, Wait.USUAL),
    Row(Shape.COMMAND, _NOT_AGAINST, None, Wait.BRIEF),
    Row(Shape.COMMAND, _ANY, None, Wait.USUAL),
    Row(Shape.WHOLE, (Sound.END,), None, Wait.BRIEF),
    Row(Shape.WHOLE, _ANY, None, Wait.USUAL),
    # The words lead on, whatever the sound says.
    Row(Shape.OPEN, _ANY, None, Wait.LONG),
    Row(Shape.LIST, _ANY, None, Wait.DOUBTFUL),
    Row(Shape.NUMBER, _ANY, True, Wait.BRIEF),
    Row(Shape.NUMBER, _ANY, False, Wait.COUNTING),
    # People add to what they ask for, and the recognizer leaves out the full stop of half a sentence;
    # after a question of Solo's such a piece may be the answer.
    Row(Shape.REQUEST, _NOT_AGAINST, True, Wait.DOUBTFUL),
    Row(Shape.REQUEST, _ANY, None, Wait.UNFINISHED),
    Row(Shape.UNENDED, (Sound.END,), True, Wait.USUAL),
    Row(Shape.UNENDED, (Sound.NONE,), None, Wait.DOUBTFUL),
    Row(Shape.UNENDED, _ANY, None, Wait.UNFINISHED),
    # The words say nothing; who answers a question at length thinks in between.
    Row(Shape.PLAIN, (Sound.END,), None, Wait.USUAL),
    Row(Shape.PLAIN, (Sound.NONE,), True, Wait.DOUBTFUL),
    Row(Shape.PLAIN, (Sound.NONE,), False, Wait.USUAL),
    Row(Shape.PLAIN, (Sound.UNSURE,), True, Wait.UNFINISHED),
    Row(Shape.PLAIN, (Sound.UNSURE,), False, Wait.DOUBTFUL),
    Row(Shape.PLAIN, (Sound.MIDDLE,), None, Wait.UNFINISHED),
)
"""The first row that fits counts."""

NOTHING_MISSING: Final = frozenset({Shape.SHORT, Shape.NUMBER, Shape.COMMAND, Shape.WHOLE})
"""Of what may be all: nobody's habits change it …"""
AT_ONCE: Final = frozenset({Shape.SHORT, Shape.COMMAND})
"""… and here the judgement of the sound is not waited for."""


COUNTING: Final = 1.2
"""Times the usual silence: who counts pauses so long, and who gives a number as an answer can wait for it."""


class Patience:
    """How long one person is waited for. All lengths in samples."""

    def __init__(self, settings: TurnSettings, pauses: Pauses | None = None) -> None:
        self.pauses = pauses or Pauses()
        self._settings = settings
        usual = settings.silence_ms
        doubtful = max(usual, settings.doubtful_silence_ms)
        unfinished = max(doubtful, settings.unfinished_silence_ms)
        self._ms: dict[Wait, float] = {
            Wait.BRIEF: min(usual, settings.brief_silence_ms),
            Wait.USUAL: usual,
            Wait.COUNTING: min(COUNTING * usual, doubtful),
            Wait.DOUBTFUL: doubtful,
            Wait.UNFINISHED: unfinished,
            Wait.LONG: max(unfinished, settings.long_silence_ms),
        }

    @property
    def longest(self) -> int:
        """Nothing is waited for longer."""
        return samples_of(self._ms[Wait.LONG])

    def judge(self, evidence: Evidence) -> Wait:
        """The class of silence that ends this."""
        sound = self._sound(evidence.probability)
        return next(
            row.wait
            for row in TABLE
            if row.shape is evidence.shape
            and (not row.sounds or sound in row.sounds)
            and row.asked in (None, evidence.asked)
        )

    def wait(self, evidence: Evidence) -> int:
        """The silence that ends this."""
        wait = self.judge(evidence)
        length = self._ms[wait]
        if evidence.shape not in NOTHING_MISSING and wait is not Wait.LONG:
            length = min(length * self._stretch(), self._ms[Wait.LONG])
        return samples_of(length)

    def went_on(self, pause: int) -> None:
        """In the middle of a turn the person was silent for so long."""
        if self._settings.learn_pauses:
            self.pauses = self.pauses.after(milliseconds(pause))

    def _stretch(self) -> float:
        return self.pauses.stretch if self._settings.learn_pauses else 1.0

    def _sound(self, probability: float | None) -> Sound:
        if probability is None:
            return Sound.NONE
        if probability >= self._settings.sure_probability:
            return Sound.END
        return Sound.UNSURE if probability >= self._settings.unsure_probability else Sound.MIDDLE
