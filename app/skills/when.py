"""When something is to happen: as a person says it, and what moment that is.

A rule file: words have become a `When` already (each language does that), the moment at which it was
said and the zone are handed in.  All reckoning is in local time of day, so that seven in the morning
stays seven in the morning when the clocks change; a time that such a change leaves out is taken an
hour later, one that comes twice is taken the first time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, TypeAlias

Half: TypeAlias = Literal["", "am", "pm", "exact"]
"""Which half of the day an hour is meant in: not said, or by the 24 hours of the clock."""

EVERY_DAY: Final = frozenset(range(7))
WEEKDAYS: Final = frozenset(range(5))
WEEKEND: Final = frozenset((5, 6))
MORNING: Final = range(4, 12)
"""Hours that are meant in the morning when a day is named and no half of it, for an alarm …"""
LATE_MORNING: Final = range(7, 12)
"""… and for anything else: "tomorrow at five" is five in the afternoon."""
WEEK: Final = 7
YEARS: Final = 4
"""How far ahead a date is looked for: the 29th of February."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day. offset: days from today; weekday: the next one of that name, 0 is Monday; month, number:
    the next day of that date, month 0 for any."""

    offset: int | None = None
    weekday: int | None = None
    month: int = 0
    number: int = 0

    def first(self, today: date) -> Iterator[date]:
        """The days that it may be, soonest first."""
        if self.offset is not None:
            yield today + timedelta(days=self.offset)
        elif self.weekday is not None:
            ahead = (self.weekday - today.weekday()) % WEEK
            yield today + timedelta(days=ahead)
            yield today + timedelta(days=ahead + WEEK)
        else:
            yield from self._dates(today)

    def _dates(self, today: date) -> Iterator[date]:
        for ahead in range(366 * YEARS + 1):
            day = today + timedelta(days=ahead)
            if day.day == self.number and self.month in (0, day.month):
                yield day


@dataclass(frozen=True, slots=True)
class When:
    """seconds: from now, and nothing else; or a time of day, a day, or the weekdays on which it comes
    again, any of them left out. hour: 0 to 23, up to 12 with a half."""

    seconds: int | None = None
    hour: int | None = None
    minute: int = 0
    half: Half = ""
    day: Day | None = None
    every: frozenset[int] = frozenset()

    @property
    def timed(self) -> bool:
        """Does it say a time, and not only a day?"""
        return self.seconds is not None or self.hour is not None


@dataclass(frozen=True, slots=True)
class Moment:
    """A When found: due in UTC; days and at (HH:MM) when it comes again."""

    due: datetime
    days: tuple[int, ...] = ()
    at: str = ""


def to_local(moment: datetime, zone: tzinfo | None) -> datetime:
    """The local time; zone None: that of the system."""
    return moment.astimezone(zone)


def to_utc(local: datetime, zone: tzinfo | None) -> datetime:
    """A naive local time in UTC."""
    aware = local.astimezone() if zone is None else local.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def resolve(when: When, now: datetime, zone: tzinfo | None, *, morning: bool = False) -> Moment | None:
    """The next moment after `now` that is meant, None when there is none (it is over for today).

    morning: an hour without a half is rather meant in the morning, as for an alarm.
    """
    if when.seconds is not None:
        return Moment(now + timedelta(seconds=when.seconds))
    if when.hour is None:
        return None
    local = to_local(now, zone).replace(tzinfo=None)
    early = MORNING if morning else LATE_MORNING
    if when.every:
        hour = _usual(when.hour, when.half, early)
        at = time(hour, when.minute)
        days = tuple(sorted(when.every))
        return Moment(following(days, f"{at:%H:%M}", now, zone), days, f"{at:%H:%M}")
    for candidate in _candidates(when, local, early):
        due = to_utc(candidate, zone)
        if due > now:
            return Moment(due)
    return None


def following(days: Collection[int], at: str, after: datetime, zone: tzinfo | None) -> datetime:
    """The first moment after `after` that has this local time on one of these weekdays, in UTC."""
    clock = time.fromisoformat(at)
    today = to_local(after, zone).date()
    for ahead in range(WEEK + 2):
        day = today + timedelta(days=ahead)
        if day.weekday() in days:
            due = to_utc(datetime.combine(day, clock), zone)
            if due > after:
                return due
    raise ValueError(f"no weekday in {days!r}")


def latest(days: Collection[int], at: str, due: datetime, now: datetime, zone: tzinfo | None) -> datetime:
    """Of the times since `due` the last one that is not after `now`."""
    while (later := following(days, at, due, zone)) <= now:
        due = later
    return due


def _candidates(when: When, local: datetime, early: range) -> Iterator[datetime]:
    """Local times that may be meant, the likeliest first; the first one in the future is it."""
    hour = when.hour or 0
    if when.day is None:
        hours = _hours(hour, when.half)
        spread = [local.date() + timedelta(days=ahead) for ahead in range(3)]
        times = sorted(datetime.combine(day, time(h, when.minute)) for day in spread for h in hours)
        if early is MORNING and when.half == "" and hour in MORNING:
            times.sort(key=lambda found: found.hour not in MORNING)
        yield from times
        return
    usual = _usual(hour, when.half, early)
    others = [usual, *(h for h in _hours(hour, when.half) if h != usual)]
    today = local.date()
    for day in when.day.first(today):
        # "Today at seven", said at noon, is this evening: the other half of the day may be meant.
        for h in others if day == today else others[:1]:
            yield datetime.combine(day, time(h, when.minute))


def _hours(hour: int, half: Half) -> list[int]:
    """The hours of the clock that it may be."""
    if half == "exact" or hour > 12:
        return [hour]
    morning = hour % 12
    return [morning + 12 * (half == "pm")] if half else [morning, morning + 12]


def _usual(hour: int, half: Half, early: range) -> int:
    """The hour of the clock that is meant when nothing else tells."""
    found = _hours(hour, half)
    if len(found) == 1:
        return found[0]
    return found[0] if found[0] in early else found[1]
