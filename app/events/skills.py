"""What Solo does without the language model: understood at once, done at once; timers and alarms."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from app.events.base import Answer, Fact, Request
from app.events.dialogue import Channel

TimerKind: TypeAlias = Literal["timer", "alarm", "reminder"]


# -- intents -----------------------------------------------------------------------------------


class UnderstandEvent(Request):
    """Is this something that a skill does? Changes nothing → one UnderstoodEvent."""

    text: str
    channel: Channel
    language: str | None = None


class UnderstoodEvent(Answer):
    """intent: its name, empty when no skill takes it. whole: it lacks nothing, so hardly anything
    will follow. effects: doing it changes something, so it waits until the turn is certain."""

    intent: str = ""
    whole: bool = False
    effects: bool = False


class HandleEvent(Request):
    """Do what this asks for → one HandledEvent. dialogue: where it was said."""

    text: str
    channel: Channel
    dialogue: str | None = None
    language: str | None = None


class HandledEvent(Answer):
    """text: what Solo says to it. handled: False when no skill takes it after all."""

    handled: bool
    text: str = ""
    intent: str = ""


# -- timers ------------------------------------------------------------------------------------


class Timer(BaseModel):
    """A timer, alarm or reminder. due_at: ISO 8601, UTC; seconds: length of a countdown, 0 for what
    hangs on the clock; left_seconds: until it is due; days: weekdays on which it comes again (0 is
    Monday), at this time (`at`, HH:MM, local)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: TimerKind
    name: str
    due_at: str
    left_seconds: float
    seconds: int = 0
    days: tuple[int, ...] = ()
    at: str = ""
    ringing: bool = False


class ListTimersEvent(Request):
    """What is set → one TimersEvent, soonest first."""

    part: ClassVar[str] = "clock"


class SetTimerEvent(Request):
    """Set one: `seconds` from now, or at `due_at` (ISO 8601 with its zone), or on `days` at the local
    time `at` → one TimersEvent with it."""

    part: ClassVar[str] = "clock"

    kind: TimerKind = "timer"
    name: str = ""
    seconds: int | None = None
    due_at: str | None = None
    days: tuple[int, ...] = ()
    at: str = ""


class ExtendTimerEvent(Request):
    """Let it ring so many seconds later (earlier when negative) → one TimersEvent with it."""

    id: str
    seconds: int


class CancelTimersEvent(Request):
    """Take these away, ringing or not → one TimersEvent with what was there."""

    part: ClassVar[str] = "clock"

    ids: tuple[str, ...]


class SnoozeEvent(Request):
    """Let what rings, or rang last, ring again in so many seconds (None: as set) → one TimersEvent,
    empty when nothing rang."""

    seconds: int | None = None


class TimersEvent(Answer):
    """Timers, alarms and reminders. rang: something rings, or did a moment ago."""

    timers: tuple[Timer, ...] = ()
    rang: bool = False


# -- what Solo says by itself ------------------------------------------------------------------


class AnnouncementEvent(Fact):
    """Something that Solo says by itself: a timer rang (`timer`, `alarm`, `reminder`), or should have
    while Solo was not running (`missed`). id, name, due_at: of the timer, and when it was due.

    Each time that something is due there is one with `again` False at most, and one at least: `again`
    is True when Solo ended in the middle of telling it, and nobody knows how much was heard.
    """

    kind: Literal["timer", "alarm", "reminder", "missed"]
    id: str
    text: str
    name: str = ""
    due_at: str = ""
    again: bool = False


class AnnounceEvent(Request):
    """Have this heard, behind what is being said now, with a sound before it → one AnnouncedEvent.
    `turn` is that of the announcement, so that it can be interrupted as an answer can."""

    text: str
    chime: Literal["timer", "alarm", "reminder", "missed"]


class AnnouncedEvent(Answer):
    """heard_ms: how much of it was played; stopped: it was silenced."""

    heard_ms: float = 0.0
    stopped: bool = False


# -- what other parts obey ---------------------------------------------------------------------


class VolumeEvent(Fact):
    """How loud Solo shall be from now on: 1.0 is full scale."""

    urgent: ClassVar[bool] = True

    level: float = Field(ge=0, le=2)


class SpeakingRateEvent(Fact):
    """How fast Solo shall speak from now on: 1.2 is a fifth faster."""

    speed: float = Field(ge=0.5, le=2)
