"""What Solo says about its skills: the sentences that each language has to bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from app.skills.intents import Chosen, Kind, TellDate


@dataclass(frozen=True, slots=True)
class Set:
    """A timer, alarm or reminder as one speaks of it. due: local time, as is `now`."""

    kind: Kind
    name: str
    due: datetime
    now: datetime
    seconds: int = 0
    days: tuple[int, ...] = ()
    left: float = 0.0
    ringing: bool = False


class Replies(Protocol):
    """Short sentences, fit to be spoken."""

    def time(self, now: datetime) -> str: ...

    def date(self, asked: TellDate, day: datetime) -> str: ...

    def done_setting(self, one: Set, *, running: bool) -> str:
        """running: False when Solo ends after this answer."""
        ...

    def when_then(self, kind: Kind) -> str:
        """It was not said when."""
        ...

    def too_late(self) -> str:
        """The time that was named is over."""
        ...

    def none_set(self, asked: Chosen) -> str: ...

    def left(self, ones: Sequence[Set]) -> str: ...

    def cancelled(self, ones: Sequence[Set]) -> str: ...

    def which(self, ones: Sequence[Set]) -> str:
        """More than one fits."""
        ...

    def extended(self, one: Set) -> str: ...

    def unable(self) -> str:
        """It cannot be paused or changed."""
        ...

    def snoozed(self, one: Set | None) -> str: ...

    def rings(self, one: Set) -> str:
        """It rings now."""
        ...

    def missed(self, one: Set, *, again: bool) -> str:
        """It should have rung at `due`. again: Solo ended while it told it."""
        ...

    def volume(self, percent: int, *, asked: bool) -> str: ...

    def speed(self, by: int) -> str: ...

    def model(self, name: str, *, switched: bool) -> str:
        """Which language model it is now."""
        ...

    def no_model(self, wanted: str, *, away: bool) -> str:
        """None fits, or more than one. away: one of a provider was meant, and none can be asked."""
        ...

    def model_away(self, name: str) -> str:
        """It could not be loaded or reached; the one before it stays."""
        ...

    def nothing_said(self, who: Literal["solo", "person"]) -> str: ...

    def you_said(self, text: str) -> str: ...

    def help(self) -> str: ...

    def stopped(self, *, forget: bool) -> str: ...
