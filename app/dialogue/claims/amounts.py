"""Numbers in what is said: lengths of time, times of day, shares.

A rule file.  "ten minutes", "an hour and a half", "7:30", "half past six", "40 %".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.dialogue.claims.tokens import words_of
from app.sayings.deeds.forms import Deeds

DAY: Final = 1440
NOON: Final = 720
_GLUED: Final = re.compile(r"(\d+(?:[.,:]\d+)?)([a-z]+)")


@dataclass(slots=True)
class Amounts:
    """lengths: seconds; times: minutes of the day; halves: minutes of half a day, where nobody said which;
    shares: per cent, degrees; plain: numbers of which it is not said what they count."""

    lengths: set[float] = field(default_factory=set[float])
    times: set[int] = field(default_factory=set[int])
    halves: set[int] = field(default_factory=set[int])
    shares: set[float] = field(default_factory=set[float])
    plain: set[float] = field(default_factory=set[float])


def said(text: str, words: Deeds) -> Amounts:
    """Those of a sentence."""
    found = Amounts()
    items = [piece for token in words_of(text) for piece in _apart(token.text)]
    at = 0
    while at < len(items):
        at = _time(items, at, words, found) or _length(items, at, words, found) or at + 1
    return found


def _apart(word: str) -> list[str]:
    """ "7pm" and "5-minute" are two words."""
    if glued := _GLUED.fullmatch(word):
        return [glued.group(1), glued.group(2)]
    return word.split("-")


def _number(items: Sequence[str], at: int, words: Deeds) -> tuple[float, int]:
    """(value, place behind); the place itself where there is none."""
    total, place = 0.0, at
    while place < len(items) and place - at < 3:
        item = items[place]
        value = words.numbers.get(item)
        if value is None:
            value = float(item.replace(",", ".")) if re.fullmatch(r"\d{1,9}(?:[.,]\d{1,3})?", item) else None
            if value is None or place > at:
                break
        if place > at and not (total >= 20 and value < 10 and total % 10 == 0):
            break
        total += value
        place += 1
    return total, place


def _time(items: Sequence[str], at: int, words: Deeds, found: Amounts) -> int:
    """A time of day here → the place behind it, else 0."""
    word = items[at]
    if word in words.clocks and words.clocks[word] in ("noon", "midnight"):
        found.times.add(NOON if words.clocks[word] == "noon" else 0)
        return at + 1
    if clock := re.fullmatch(r"(\d{1,2})[:.](\d{2})", word):
        following = items[at + 1] if at + 1 < len(items) else ""
        if following in words.units or following in words.shares:
            return 0
        hours, minutes = int(clock.group(1)), int(clock.group(2))
        if hours < 25 and minutes < 60:
            if word[0] == "0":
                found.times.add(hours * 60 + minutes)
                return at + 1
            return _half(items, at + 1, hours * 60 + minutes, words, found)
    if word in words.past and at + 2 < len(items):
        offset = words.past[word]
        begin = at + 1 if not words.past_joint else at + 2
        if not words.past_joint or items[at + 1] in words.past_joint:
            hours, behind = _number(items, begin, words)
            if behind > begin:
                sign = -1 if items[at + 1] in words.before else 1
                return _half(items, behind, int(hours * 60 + sign * offset) % DAY, words, found)
    hours, behind = _number(items, at, words)
    if behind > at and hours <= 24 and behind < len(items) and items[behind] in words.clocks:
        minutes, after = _number(items, behind + 1, words)
        late = (
            minutes if words.clocks[items[behind]] == "clock" and after > behind + 1 and minutes < 60 else 0
        )
        if words.clocks[items[behind]] in ("am", "pm", "clock"):
            _half(items, behind, int(hours * 60), words, found)
            if late and (after >= len(items) or items[after] not in words.units):
                _at(int(hours * 60 + late), "", found)
            return behind + 1
    return 0


def _half(items: Sequence[str], at: int, minutes: int, words: Deeds, found: Amounts) -> int:
    half = words.clocks.get(items[at], "") if at < len(items) else ""
    _at(minutes, half, found)
    return at + 1 if half in ("am", "pm", "clock") else at


def _at(minutes: int, half: str, found: Amounts) -> None:
    """A time of which it is known, or not, which half of the day it is in."""
    if half in ("am", "pm"):
        found.times.add(minutes % NOON + (NOON if half == "pm" else 0))
    elif minutes >= NOON + 60:
        found.times.add(minutes % DAY)
    else:
        found.halves.add(minutes % NOON)


def _length(items: Sequence[str], at: int, words: Deeds, found: Amounts) -> int:
    """A number with its unit, or without → the place behind it, else 0."""
    seconds, place = 0.0, at
    while place < len(items):
        begin = place + 1 if seconds and items[place] in words.plus else place
        value, behind = _number(items, begin, words)
        if behind == begin and items[begin : begin + 1] and items[begin] in words.one:
            value, behind = 1.0, begin + 1
            if items[behind : behind + 1] and items[behind] in words.numbers:  # "a quarter", "half an hour"
                value, behind = words.numbers[items[behind]], behind + 1
        if behind > begin and value == 0.5 and items[behind : behind + 1] and items[behind] in words.one:
            behind += 1
        if behind > begin and _and_a_half(items, behind, words):
            value, behind = value + 0.5, behind + 3
        unit = words.units.get(items[behind]) if behind > begin and behind < len(items) else None
        if unit is None:
            if seconds and value == 0.5 and behind > begin:
                return _kept(seconds + 0.5 * words.units.get(items[begin - 2], 3600), behind, found)
            break
        seconds, place = seconds + value * unit, behind + 1
    if seconds:
        return _kept(seconds, place, found)
    value, behind = _number(items, at, words)
    if behind == at:
        return 0
    if behind < len(items) and items[behind] in words.shares:
        found.shares.add(value)
        return behind + 1
    if value not in (0.5, 1.0):
        found.plain.add(value)
    return behind


def _and_a_half(items: Sequence[str], at: int, words: Deeds) -> bool:
    """ "One and a half hours", and not "an hour and a half"."""
    if at + 3 >= len(items) or items[at + 3] not in words.units:
        return False
    return items[at] in words.plus and items[at + 1] in words.one and words.numbers.get(items[at + 2]) == 0.5


def _kept(seconds: float, place: int, found: Amounts) -> int:
    found.lengths.add(round(seconds, 3))
    return place
