"""Times and days in English: "half past seven", "tomorrow at noon", "every weekday at 7:30 am".

A rule file: words in, a `When` out.  The parts may come in any order; a word that is no part makes
the whole not understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from app.skills.english.durations import duration
from app.skills.english.words import TENS, UNITS, number, ordinal, several
from app.skills.when import EVERY_DAY, WEEKDAYS, WEEKEND, Day, Half, When

DAYS: Final = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thurs", "friday fri",
         "saturday sat", "sunday sun")
    )
    for name in names.split()
}  # fmt: skip
PLURAL_DAYS: Final = {f"{name}s": number for name, number in DAYS.items() if name.endswith("day")}
MONTHS: Final = {
    name: number
    for number, name in enumerate(
        several("january february march april may june july august september october november december"), 1
    )
}
PARTS: Final[dict[str, tuple[Half, int]]] = {
    "morning": ("am", 8),
    "afternoon": ("pm", 15),
    "evening": ("pm", 19),
    "night": ("pm", 21),
}
"""Parts of the day: the half that they mean, and the hour when nothing else is said."""
CONNECTING: Final = frozenset(several("at on for by from in to go off"))
OPENING: Final = (
    frozenset(several("at on in by every each daily today tomorrow tonight this next")) | DAYS.keys()
)
"""A time that stands behind other words begins with one of these."""

_CLOCK: Final = re.compile(r"(\d{1,2})[:.](\d{2})")
_THREE: Final = re.compile(r"([1-9])([0-5]\d)")
_FOUR: Final = re.compile(r"([01]\d|2[0-3])([0-5]\d)")


def when(words: Sequence[str]) -> When | None:
    """What these words say, all of them; None when they say anything else."""
    found, at = When(), 0
    while at < len(words):
        place = _connected(words, at)
        for part in _PARSERS:
            more, behind = part(found, words, place)
            if behind > place:
                found, at = more, behind
                break
        else:
            return None
    if found == When() or not _fits(found):
        return None
    return _after_midnight(found) if {"night", "tonight"} & set(words) and "pm" not in words else found


def _after_midnight(found: When) -> When:
    """ "Tonight at two" is two in the morning of the day after."""
    if found.half != "pm" or found.hour not in (12, 1, 2, 3, 4):
        return found
    return replace(found, half="am", day=Day(offset=1) if found.day == Day(offset=0) else found.day)


def _fits(found: When) -> bool:
    """Nothing in it contradicts the rest."""
    if found.seconds is not None:
        return found == When(seconds=found.seconds)
    return not (found.every and found.day)


def _connected(words: Sequence[str], at: int) -> int:
    """The place behind "at", "on", "go off at" …, unless that is the last word."""
    while at < len(words) - 1 and words[at] in CONNECTING and words[at : at + 2] != ["in", "the"]:
        if words[at] == "in" and _relative(When(), words, at)[1] > at:
            return at
        at += 1
    return at


Part = Callable[[When, Sequence[str], int], tuple[When, int]]


def _relative(found: When, words: Sequence[str], at: int) -> tuple[When, int]:
    """ "in ten minutes", "ten minutes from now", "in two days" beside a time."""
    into = words[at : at + 1] == ["in"]
    seconds, behind = duration(words, at + 1 if into else at)
    if not seconds:
        return found, at
    if words[behind : behind + 2] == ["from", "now"] or words[behind : behind + 1] == ["time"]:
        behind += 2 if words[behind] == "from" else 1
    elif not into:
        return found, at
    if seconds % 86_400 == 0 and (found.hour is not None or behind < len(words)):
        return replace(found, day=Day(offset=seconds // 86_400)), behind
    return replace(found, seconds=seconds), behind


def _every(found: When, words: Sequence[str], at: int) -> tuple[When, int]:
    word = words[at]
    if word == "daily":
        return replace(found, every=EVERY_DAY), at + 1
    each = word in ("every", "each")
    place = at + 1 if each else at
    if words[place : place + 1] == ["single"]:
        place += 1
    name = words[place] if place < len(words) else ""
    if each and name == "day":
        return replace(found, every=EVERY_DAY), place + 1
    if each and name in PARTS:
        return _part_of(replace(found, every=EVERY_DAY), name), place + 1
    if name in (("weekday", "weekdays", "workday") if each else ("weekdays", "workdays")):
        return replace(found, every=WEEKDAYS), place + 1
    if tuple(words[place : place + 2]) in (("working", "day"), ("week", "day")) and each:
        return replace(found, every=WEEKDAYS), place + 2
    if name in (("weekend", "weekends") if each else ("weekends",)):
        return replace(found, every=WEEKEND), place + 1
    names = DAYS | PLURAL_DAYS if each else PLURAL_DAYS
    return _day_names(found, words, place, names, at)


def _day_names(
    found: When, words: Sequence[str], place: int, names: dict[str, int], at: int
) -> tuple[When, int]:
    """ "Mondays and Fridays", "every Monday, Tuesday and Friday", "every Monday to Friday"."""
    if place >= len(words) or words[place] not in names:
        span = words[place : place + 3]
        if (
            at == place
            and len(span) == 3
            and span[1] in ("to", "through")
            and {span[0], span[2]} <= DAYS.keys()
        ):
            return replace(found, every=_span(DAYS[span[0]], DAYS[span[2]])), place + 3
        return found, at
    days, both = {names[words[place]]}, DAYS | PLURAL_DAYS
    first, place = words[place], place + 1
    if (
        words[place : place + 1] in (["to"], ["through"])
        and place + 1 < len(words)
        and words[place + 1] in both
    ):
        return replace(found, every=_span(both[first], both[words[place + 1]])), place + 2
    while place < len(words):
        behind = place + 1 if words[place] == "and" else place
        if behind >= len(words) or words[behind] not in both:
            break
        days.add(both[words[behind]])
        place = behind + 1
    return replace(found, every=found.every | days), place


def _span(first: int, last: int) -> frozenset[int]:
    return frozenset((first + ahead) % 7 for ahead in range((last - first) % 7 + 1))


def _day(found: When, words: Sequence[str], at: int) -> tuple[When, int]:
    if found.day is not None:
        return found, at
    word, rest = words[at], tuple(words[at + 1 : at + 4])
    if word == "today":
        return replace(found, day=Day(offset=0)), at + 1
    if word == "tonight":
        return _part_of(replace(found, day=Day(offset=0)), "night"), at + 1
    if word == "tomorrow":
        return replace(found, day=Day(offset=1)), at + 1
    if (word, *rest) == ("the", "day", "after", "tomorrow"):
        return replace(found, day=Day(offset=2)), at + 4
    if (word, *rest[:2]) == ("day", "after", "tomorrow"):
        return replace(found, day=Day(offset=2)), at + 3
    if word == "this" and rest[:1] and rest[0] in PARTS:
        return _part_of(replace(found, day=Day(offset=0)), rest[0]), at + 2
    place = at + 1 if word in ("next", "this", "coming") else at
    if place < len(words) and words[place] in DAYS:
        return replace(found, day=Day(weekday=DAYS[words[place]])), place + 1
    return _date(found, words, at)


def _date(found: When, words: Sequence[str], at: int) -> tuple[When, int]:
    """ "the fifth of December", "December 5", "the 5th"."""
    if words[at] in MONTHS:
        place = at + 2 if words[at + 1 : at + 2] == ["the"] else at + 1
        day, behind = ordinal(words, place)
        if behind == place:
            value, behind = number(words, place)
            day = int(value)
        return _dated(found, MONTHS[words[at]], day, behind, at)
    place = at + 1 if words[at] == "the" else at
    day, behind = ordinal(words, place)
    if behind == place:
        return found, at
    month = behind + 1 if words[behind : behind + 1] == ["of"] else behind
    if month < len(words) and words[month] in MONTHS:
        return _dated(found, MONTHS[words[month]], day, month + 1, at)
    return _dated(found, 0, day, behind, at)


def _dated(found: When, month: int, day: int, behind: int, at: int) -> tuple[When, int]:
    most = 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    if not 1 <= day <= most:
        return found, at
    return replace(found, day=Day(month=month, number=day)), behind


def _clock(found: When, words: Sequence[str], at: int) -> tuple[When, int]:
    if found.hour is not None and not (found.minute == 0 and found.half and _by_part(found)):
        return found, at
    hour, minute, half, behind = _time(words, at)
    if behind == at:
        return found, at
    if words[behind : behind + 1] == ["oclock"]:
        behind += 1
    if words[behind : behind + 1] in (["sharp"], ["exactly"]):
        behind += 1
    if behind < len(words) and words[behind] in ("am", "pm") and half != "exact":
        half, behind = ("am" if words[behind] == "am" else "pm"), behind + 1
        if not 1 <= hour <= 12:
            return (
                (found, at) if hour == 0 else (replace(found, hour=hour, minute=minute, half="exact"), behind)
            )
    half = half or found.half
    return replace(found, hour=hour, minute=minute, half=half), behind


def _time(words: Sequence[str], at: int) -> tuple[int, int, Half, int]:
    """(hour, minute, half, place behind)."""
    word = words[at]
    if word in ("noon", "midday"):
        return 12, 0, "exact", at + 1
    if word == "midnight":
        return 0, 0, "exact", at + 1
    if found := _CLOCK.fullmatch(word):
        return _checked(int(found.group(1)), int(found.group(2)), at, at + 1, written=word)
    if found := _FOUR.fullmatch(word):
        return int(found.group(1)), int(found.group(2)), "exact", at + 1
    if found := _THREE.fullmatch(word):  # "730", as some write down what they heard
        return int(found.group(1)), int(found.group(2)), "", at + 1
    hour, minute, half, behind = _around_the_hour(words, at)
    return (hour, minute, half, behind) if behind > at else _spoken(words, at)


def _checked(hour: int, minute: int, at: int, behind: int, written: str = "") -> tuple[int, int, Half, int]:
    if hour > 23 or minute > 59:
        return 0, 0, "", at
    return hour, minute, "exact" if hour > 12 or hour == 0 or written.startswith("0") else "", behind


def _around_the_hour(words: Sequence[str], at: int) -> tuple[int, int, Half, int]:
    """ "half past seven", "quarter to eight", "twenty five past six", "half seven"."""
    place = at + 1 if words[at] == "a" else at
    word = words[place] if place < len(words) else ""
    if word in ("half", "quarter"):
        minutes, place = (30 if word == "half" else 15), place + 1
    else:
        value, place = number(words, place)
        minutes = int(value)
        if words[place : place + 1] in (["minutes"], ["minute"]):
            place += 1
    side = words[place] if place < len(words) else ""
    if side in ("past", "after", "to", "before", "till") and 0 < minutes < 60:
        hour, behind = _hour(words, place + 1)
        if behind == place + 1:
            return 0, 0, "", at
        if side in ("past", "after"):
            return _checked(hour, minutes, at, behind)
        return _checked((hour - 1) % 24 or 12 * (hour == 1), 60 - minutes, at, behind)
    if word == "half":
        hour, behind = _hour(words, place)
        if behind > place:
            return _checked(hour, 30, at, behind)
    return 0, 0, "", at


def _hour(words: Sequence[str], at: int) -> tuple[int, int]:
    if words[at : at + 1] in (["noon"], ["midday"]):
        return 12, at + 1
    value, behind = number(words, at)
    whole = value == int(value) and 1 <= value <= 23
    return (int(value), behind) if whole else (0, at)


def _spoken(words: Sequence[str], at: int) -> tuple[int, int, Half, int]:
    """ "seven", "seven thirty", "seven oh five", "7 30"."""
    word = words[at]
    if word in UNITS:
        hour, place = UNITS[word], at + 1
    else:
        value, place = number(words, at)
        hour = int(value) if place > at and value == int(value) else 99
    if not 0 <= hour <= 23 or place == at:
        return 0, 0, "", at
    following = words[place] if place < len(words) else ""
    if following in ("oh", "o", "zero") and place + 1 < len(words) and words[place + 1] in UNITS:
        return _checked(hour, UNITS[words[place + 1]], at, place + 2)
    if following in TENS or following in UNITS or (following.isdecimal() and len(following) == 2):
        minute, behind = number(words, place)
        if 10 <= minute < 60:
            return _checked(hour, int(minute), at, behind)
    return _checked(hour, 0, at, place)


def _part_of_day(found: When, words: Sequence[str], at: int) -> tuple[When, int]:
    """ "in the morning", "at night", and "morning" behind a day."""
    place = at
    if tuple(words[place : place + 2]) == ("in", "the"):
        place += 2
    elif place == at and found.day is None and words[at] != "night":
        return found, at
    if place < len(words) and words[place] in PARTS:
        return _part_of(found, words[place]), place + 1
    return found, at


def _part_of(found: When, name: str) -> When:
    """The half of the day, and its usual hour when none is said."""
    half, hour = PARTS[name]
    if found.hour is None:
        return replace(found, hour=hour % 12 or 12, half=half)
    if found.half == "exact":
        return found
    return replace(found, half=half)


def _by_part(found: When) -> bool:
    """The hour is but the usual one of a part of the day."""
    return any((hour % 12 or 12, half) == (found.hour, found.half) for half, hour in PARTS.values())


_PARSERS: Final[tuple[Part, ...]] = (_relative, _every, _day, _clock, _part_of_day)
