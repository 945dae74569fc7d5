"""Lengths of time in English: "ten minutes", "an hour and a half", "two and a half hours", "1 h 30 m".

A rule file: words in, seconds out.  What is not wholly understood is not understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.skills.english.words import number

_NAMES: Final = {
    1: "second seconds sec secs s",
    60: "minute minutes min mins m",
    3600: "hour hours hr hrs h",
    86_400: "day days",
    604_800: "week weeks",
}
SECONDS: Final = {name: seconds for seconds, names in _NAMES.items() for name in names.split()}
LONGEST: Final = 366 * 86_400


def duration(words: Sequence[str], at: int = 0) -> tuple[int, int]:
    """Seconds from this word on and the place behind them; the place itself when there are none."""
    total, smallest, place = 0.0, LONGEST, at
    while True:
        begin = place + 1 if total and words[place : place + 1] == ["and"] else place
        seconds, unit, behind = _part(words, begin)
        if behind == begin or unit >= smallest:
            break
        total, smallest, place = total + seconds, unit, behind
    if not total and place == at:
        return 0, at
    if not 0 < total <= LONGEST:
        return 0, at
    return round(total), place


def whole(words: Sequence[str]) -> int:
    """Seconds when these words are a length of time and nothing else, else 0."""
    seconds, behind = duration(words)
    return seconds if behind == len(words) else 0


def _part(words: Sequence[str], at: int) -> tuple[float, int, int]:
    """(seconds, unit, place behind) of a number with its unit."""
    count, place = _count(words, at)
    if place == at:
        return 0, 0, at
    unit = SECONDS.get(words[place], 0) if place < len(words) else 0
    if not unit:
        return 0, 0, at
    place += 1
    # "an hour and a half", but not "an hour and a half minute"
    another = place + 3 < len(words) and words[place + 3] in SECONDS
    if tuple(words[place : place + 3]) == ("and", "a", "half") and not another:
        return (count + 0.5) * unit, unit, place + 3
    return count * unit, unit, place


_FRACTIONS: Final[tuple[tuple[tuple[str, ...], float], ...]] = tuple(
    (tuple(phrase.split()), value)
    for phrase, value in (
        ("three quarters of an", 0.75),
        ("three quarters of a", 0.75),
        ("a quarter of an", 0.25),
        ("a quarter of a", 0.25),
        ("quarter of an", 0.25),
        ("quarter of a", 0.25),
        ("half of an", 0.5),
        ("half an", 0.5),
        ("half a", 0.5),
        ("a half", 0.5),
        ("a quarter", 0.25),
        ("half", 0.5),
        ("quarter", 0.25),
        ("a couple of", 2),
        ("a couple", 2),
        ("couple of", 2),
        ("a dozen", 12),
    )
)
_HALVES: Final = (("and", "a", "half"), ("and", "half"), ("and", "one", "half"))


def _count(words: Sequence[str], at: int) -> tuple[float, int]:
    for phrase, value in _FRACTIONS:
        if tuple(words[at : at + len(phrase)]) == phrase:
            return value, at + len(phrase)
    value, place = number(words, at)
    if place == at:
        return (1, at + 1) if words[at : at + 1] in (["a"], ["an"]) else (0, at)
    for half in _HALVES:
        if tuple(words[place : place + len(half)]) == half:
            return value + 0.5, place + len(half)
    if words[place : place + 1] == ["half"]:  # "1 ½ hours"
        return value + 0.5, place + 1
    return value, place
