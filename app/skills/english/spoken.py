"""Times and lengths of time as one says them in English.

A rule file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from app.skills.english.words import several
from app.skills.when import EVERY_DAY, WEEKDAYS, WEEKEND

DAYS: Final = several("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS: Final = several(
    "January February March April May June July August September October November December"
)
_UNITS: Final = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
_TWO: Final = 2


def length(seconds: float, *, parts: int = _TWO) -> str:
    """ "1 hour and 5 minutes": at most so many parts, the rest dropped."""
    left, said = max(0, round(seconds)), list[str]()
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count and len(said) < parts:
            said.append(f"{count} {unit}{'s' if count != 1 else ''}")
        elif said:
            break
    return " and ".join(said) or "0 seconds"


def adjective(seconds: int) -> str:
    """ "10 minute", as in "10 minute timer"."""
    return length(seconds).replace("s and ", " and ").removesuffix("s")


def clock(local: datetime, hours: str) -> str:
    """ "7:30 AM" or "19:30"; the full hour and noon without minutes."""
    if hours == "24":
        return f"{local.hour}:{local.minute:02}"
    if (local.hour, local.minute) in ((0, 0), (12, 0)):
        return "noon" if local.hour else "midnight"
    hour = local.hour % 12 or 12
    half = "AM" if local.hour < 12 else "PM"
    return f"{hour}:{local.minute:02} {half}" if local.minute else f"{hour} {half}"


def moment(local: datetime, today: date, hours: str) -> str:
    """ "at 7 PM", "tomorrow at 7 AM", "on Friday at noon", "on Monday, December 7 at 8 AM"."""
    at = f"at {clock(local, hours)}"
    ahead = (local.date() - today).days
    if ahead == 0:
        return at
    if ahead in (1, -1):
        return f"{'tomorrow' if ahead == 1 else 'yesterday'} {at}"
    if 1 < ahead < 7:
        return f"on {DAYS[local.weekday()]} {at}"
    return f"on {calendar_day(local)} {at}"


def calendar_day(day: date) -> str:
    """ "Monday, December 7"."""
    return f"{DAYS[day.weekday()]}, {MONTHS[day.month - 1]} {day.day}"


def repetition(days: Sequence[int]) -> str:
    """ "every weekday", "every Monday and Friday"."""
    every = frozenset(days)
    for known, name in ((EVERY_DAY, "day"), (WEEKDAYS, "weekday"), (WEEKEND, "weekend")):
        if every == known:
            return f"every {name}"
    return f"every {listed([DAYS[day] for day in sorted(every)])}"


def listed(things: Sequence[str]) -> str:
    """ "a, b and c"."""
    if len(things) < _TWO:
        return "".join(things)
    return f"{', '.join(things[:-1])} and {things[-1]}"


_YOURS: Final = {
    "my": "your", "me": "you", "i": "you", "i'm": "you're", "mine": "yours", "myself": "yourself",
    "am": "are", "our": "your", "us": "you", "we": "you",
}  # fmt: skip


def turned(text: str) -> str:
    """What somebody said of himself, said to him: "call my mother" → "call your mother"."""
    words = text.split(" ")
    turned = [_YOURS.get(word.lower().strip(".,!?"), word) for word in words]
    return " ".join(turned)
