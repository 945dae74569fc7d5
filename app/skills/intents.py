"""What a person can want of the skills, as plain data: what is understood, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from app.skills.when import When

Kind: TypeAlias = Literal["timer", "alarm", "reminder"]
Which: TypeAlias = Literal["", "largest", "smallest", "cloud", "local"]
"""A model by what it is like; empty: by its name."""


@dataclass(frozen=True, slots=True)
class Intent:
    """effects: doing it changes something, so it waits until the turn is certain."""

    effects: ClassVar[bool] = True

    @property
    def whole(self) -> bool:
        """Nothing is missing: hardly anybody goes on after it."""
        return True


@dataclass(frozen=True, slots=True)
class TellTime(Intent):
    """What time is it?"""

    effects: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class TellDate(Intent):
    """What is the date (the weekday, the month, the year), so many days from today?"""

    effects: ClassVar[bool] = False
    what: Literal["date", "weekday", "month", "year"] = "date"
    offset: int = 0


@dataclass(frozen=True, slots=True)
class SetTimer(Intent):
    """Count down."""

    seconds: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class SetTimers(Intent):
    """Count down, several at once."""

    timers: tuple[SetTimer, ...]


@dataclass(frozen=True, slots=True)
class SetAlarm(Intent):
    """Ring at a time. wake: to wake somebody."""

    when: When
    name: str = ""
    wake: bool = False


@dataclass(frozen=True, slots=True)
class SetReminder(Intent):
    """Say something at a time."""

    when: When
    what: str

    @property
    def whole(self) -> bool:
        return bool(self.what)


@dataclass(frozen=True, slots=True)
class AskWhen(Intent):
    """Something is to be set, and it was not said when. said: the words, for when that follows."""

    kind: Kind
    said: str

    @property
    def whole(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Chosen(Intent):
    """One or some of what is set. kind: None for any; every: all of them; seconds: of that length."""

    kind: Kind | None = None
    name: str = ""
    every: bool = False
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class AskTimers(Chosen):
    """How long left, what is set?"""

    effects: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class CancelTimers(Chosen):
    """Take it away. when: only what is due at that time."""

    when: When | None = None


@dataclass(frozen=True, slots=True)
class ExtendTimer(Intent):
    """Let a timer run longer, or shorter."""

    seconds: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Unable(Intent):
    """Pause it, change it: what is set can be cancelled, extended and set anew, no more."""

    effects: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Snooze(Intent):
    """Ring again later. only_ringing: the words mean that only while something rings."""

    seconds: int | None = None
    only_ringing: bool = False


@dataclass(frozen=True, slots=True)
class ChangeVolume(Intent):
    """Louder (1), quieter (-1), to a level of 100, or (nothing of these) as before it was muted."""

    by: int = 0
    level: int | None = None


@dataclass(frozen=True, slots=True)
class TellVolume(Intent):
    """How loud is it?"""

    effects: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ChangeSpeed(Intent):
    """Speak faster (1), slower (-1), or as usual (0)."""

    by: int


@dataclass(frozen=True, slots=True)
class UseModel(Intent):
    """Think with another language model. wanted: as it was said; empty: the usual one."""

    wanted: str = ""
    which: Which = ""


@dataclass(frozen=True, slots=True)
class TellModel(Intent):
    """Which language model is it?"""

    effects: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Repeat(Intent):
    """Say that again."""

    effects: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class GoOn(Intent):
    """Say what you were going to say when I interrupted you."""

    effects: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class TellSaid(Intent):
    """What did I just say?"""

    effects: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Help(Intent):
    """What can you do?"""

    effects: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Stop(Intent):
    """Be silent: ringing, talking. forget: it was not meant."""

    forget: bool = False
