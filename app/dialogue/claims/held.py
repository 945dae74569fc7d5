"""Numbers in a tool's arguments, and whether they contradict what is said.

A rule file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, cast

from app.dialogue.claims.amounts import NOON, Amounts, said
from app.sayings.deeds.forms import Deeds

DEEPEST: Final = 6
MOST: Final = 64
"""Values of a call that are looked at."""
_CLOCK: Final = re.compile(r"(\d{1,2})[:.h](\d{2})(?::\d{2})?")
_STAMP: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ](\d{2}):(\d{2})")
_ISO: Final = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
_UNIT_KEYS: Final = {
    1.0: re.compile(r"(?:^|_)s(?:ec(?:ond)?s?)?$"),
    60.0: re.compile(r"(?:^|_)min(?:ute)?s?$"),
    3600.0: re.compile(r"(?:^|_)h(?:ours?|rs?)?$"),
    0.001: re.compile(r"(?:^|_)(?:ms|millis\w*)$"),
}
_NO_AMOUNT: Final = re.compile(r"(?:^|_)(?:ids?|index|uuid|number|phone|priority|version|channel)$")
_NO_LENGTH: Final = re.compile(r"level|volume|bright|percent|temp|degree|quantity|count|celsius|humid|speed")


def pairs_of(arguments: str) -> list[tuple[str, Any]]:
    """Name and value of everything in these arguments, however nested; text that is no JSON is one value."""
    try:
        whole = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return [("", arguments[:1000])]
    found: list[tuple[str, Any]] = []
    for pair in _inside("", whole, 0):
        found.append(pair)
        if len(found) >= MOST:
            break
    return found


def _inside(key: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield from _inside(str(name).lower(), inner, depth + 1)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _inside(key, inner, depth + 1)
    else:
        yield key, value


def held(arguments: str, words: Deeds) -> Amounts:
    """Those of a call's arguments. A number without a unit may be any length that its key does not deny."""
    found = Amounts()
    together, hour, minute = 0.0, -1, 0
    for key, value in pairs_of(arguments):
        if isinstance(value, bool) or _NO_AMOUNT.search(key):
            continue
        if isinstance(value, int | float):
            unit = next((unit for unit, name in _UNIT_KEYS.items() if name.search(key)), None)
            if unit is not None:
                together += value * unit
                hour, minute = (
                    (int(value), minute) if unit == 3600 else (hour, int(value) if unit == 60 else minute)
                )
            else:
                (found.shares if _NO_LENGTH.search(key) else found.plain).add(float(value))
        elif isinstance(value, str):
            _written(value[:300], words, found)
    if together:
        found.lengths.add(round(together, 3))
    if 0 <= hour < 24:
        found.times.add(hour * 60 + minute)
    return found


def _written(value: str, words: Deeds, found: Amounts) -> None:
    if stamp := _STAMP.search(value):
        found.times.add(int(stamp.group(1)) * 60 + int(stamp.group(2)))
    elif (iso := _ISO.fullmatch(value)) and any(iso.groups()):
        hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        found.lengths.add(float(hours * 3600 + minutes * 60 + seconds))
    else:
        inner = said(value, words)
        found.lengths |= inner.lengths
        found.times |= inner.times
        found.halves |= inner.halves
        found.shares |= inner.shares
        found.plain |= inner.plain
        if clock := _CLOCK.fullmatch(value):
            found.lengths |= {
                int(clock.group(1)) * 60.0 + int(clock.group(2)),
                int(clock.group(1)) * 3600.0 + int(clock.group(2)) * 60,
            }


def contradicts(claim: Amounts, call: Amounts, answer: Amounts) -> bool:
    """A number is claimed, the call holds one that could be it, and none is."""
    return (
        any(_no_length(length, call, answer) for length in claim.lengths)
        or _no_time(claim, call, answer)
        or any(_no_share(share, call, answer) for share in claim.shares)
        or any(_no_plain(number, call, answer) for number in claim.plain)
    )


def _no_length(length: float, call: Amounts, answer: Amounts) -> bool:
    held_here = call.lengths | {number * unit for number in call.plain for unit in (0.001, 1, 60, 3600)}
    return bool(held_here) and not _near(length, held_here | answer.lengths)


def _no_time(claim: Amounts, call: Amounts, answer: Amounts) -> bool:
    times, halves = call.times | answer.times, call.halves | answer.halves
    either = {time % NOON for time in times} | halves
    wrong = [time for time in claim.times if time not in times and time % NOON not in halves]
    wrong += [time for time in claim.halves if time not in either]
    return bool(call.times or call.halves) and bool(wrong)


def _no_share(share: float, call: Amounts, answer: Amounts) -> bool:
    numbers = call.shares | call.plain
    known = {number * factor for number in numbers for factor in (1, 100, 100 / 255, 100 / 254)}
    return bool(numbers) and not _near(share, known | answer.shares | answer.plain, 1.0)


def _no_plain(number: float, call: Amounts, answer: Amounts) -> bool:
    """Who says "at seven" or "to 40" may mean a time or a share."""
    numbers = call.shares | call.plain
    times = call.times | answer.times
    hours = {float(time // 60 % 12) for time in times if time % 60 == 0} | {
        float(time // 60) for time in times
    }
    lengths = {length / unit for length in call.lengths for unit in (1, 60, 3600)}
    known = numbers | {one * 100 for one in numbers} | hours | lengths | answer.plain | answer.shares
    return (
        bool(numbers or call.times or call.halves)
        and not _near(number, known)
        and not _near(number % 12, hours)
    )


def _near(value: float, known: set[float], within: float = 0.01) -> bool:
    return any(abs(value - one) <= within for one in known)
