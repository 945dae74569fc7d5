"""Which words of a text have been said at a moment, when it is known when each sound was made.

A rule file.  A voice says when its own words sound, in its own signs (IPA).  What is spoken need not be
what is written: "$5" becomes two words, "of the" one.  So both are laid beside each other, in the cheapest
way: groups that are about as long as each other, that end with punctuation where the other does, and that
begin with the same kind of sound.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

_WORD: Final = re.compile(r"\S+")
_END: Final = re.compile(r"[.,;:!?\u2026\u2014][^\w]*$")
_SPOKEN_END: Final = ".,;:!?"
_SOUNDLESS: Final = "\u02c8\u02cc\u02d0.,;:!?\u0329\u0361"
"""Signs of stress, of length, of pauses."""
LETTER: Final = 0.85
"""Sounds that a letter makes, on average; a digit and a sign like "$" make about four."""
SIGN: Final = 4.0
_SIGNS: Final = frozenset("$\u20ac\u00a3%&@+=\u00b0")
SEVERAL: Final = 8
"""So many spoken words at most make a written one …"""
TOGETHER: Final = 4
"""… and so many written ones at most are spoken as one."""
SPLIT: Final = 0.4
SPLIT_NUMBER: Final = 0.1
JOINED: Final = 0.5
UNMATCHED: Final = 1.0
OTHERWISE: Final = 0.4
"""They begin with another kind of sound."""
BAND: Final = 10
"""So far apart, counted in words, may two be that belong together."""
FAR: Final = 1e9
_KINDS: Final = {
    sound: number
    for number, kind in enumerate(
        (
            "aeiou\u0251\u0250\u0252\u00e6\u0259\u025a\u025b\u025c\u026a\u1d7b\u0254\u028a\u028c",
            "pb",
            "td\u03b8\u00f0\u027e",
            "kgcq\u0261",
            "fv",
            "szx\u0283\u0292",
            "m",
            "n\u014b",
            "l",
            "r\u0279",
            "w",
            "yj",
            "h",
        )
    )
    for sound in kind
}
"""Kinds of sounds, by letters and by the signs of the phonetic alphabet."""


@dataclass(frozen=True, slots=True)
class Sounded:
    """A word as the voice says it. start_ms, end_ms: from the beginning of the piece."""

    sounds: str
    start_ms: float
    end_ms: float


def said(text: str, spoken: Sequence[Sounded], at_ms: float) -> int:
    """How many characters of the text had been said by then; ends with a whole word, and a word of which
    more than half had sounded counts."""
    end = 0
    for (_, behind), (first, last) in zip(words_in(text), times(text, spoken), strict=True):
        if at_ms <= (first + last) / 2:
            break
        end = behind
    return end


def words_in(text: str) -> list[tuple[int, int]]:
    """Where each word begins and ends."""
    return [word.span() for word in _WORD.finditer(text)]


def times(text: str, spoken: Sequence[Sounded]) -> list[tuple[float, float]]:
    """For each word of the text when it begins and ends, in milliseconds."""
    written = [text[begin:end] for begin, end in words_in(text)]
    if not spoken or not written:
        return [(0.0, 0.0)] * len(written)
    found = list[tuple[float, float]]()
    for (first, behind), (begin, end) in _Beside(written, spoken).groups():
        if begin == end:  # nothing is said of it: it is over with what was said before
            at = spoken[begin - 1].end_ms if begin else 0.0
            found += [(at, at)] * (behind - first)
            continue
        found += _shared(written[first:behind], spoken[begin].start_ms, spoken[end - 1].end_ms)
    return found


def _shared(words: Sequence[str], start: float, end: float) -> list[tuple[float, float]]:
    """The time of these words, divided by their lengths."""
    lengths = [max(length(word), 0.1) for word in words]
    rate, at, found = (end - start) / sum(lengths), start, list[tuple[float, float]]()
    for one in lengths:
        found.append((at, at + one * rate))
        at += one * rate
    return found


def length(word: str) -> float:
    """About how many sounds a written word makes."""
    signs = sum(1 for c in word if c.isdigit() or c in _SIGNS)
    return LETTER * sum(1 for c in word if c.isalpha()) + SIGN * signs


def _sounds(word: Sounded) -> int:
    return sum(1 for c in word.sounds if c not in _SOUNDLESS)


def _kind(word: str) -> int | None:
    """What kind of sound it begins with; None where that cannot be told ("5")."""
    first = next((c for c in word.lower() if c.isalnum() and c not in _SOUNDLESS), "")
    return _KINDS.get(first)


Span = tuple[int, int]


class _Beside:
    """Lays the written words beside the spoken ones."""

    def __init__(self, written: Sequence[str], spoken: Sequence[Sounded]) -> None:
        self.many, self.spoken_many = len(written), len(spoken)
        self._sizes = _sums([length(word) for word in written])
        self._sounds = _sums([_sounds(word) for word in spoken])
        self._ends = [bool(_END.search(word)) for word in written]
        self._stops = [word.sounds[-1:] in _SPOKEN_END for word in spoken]
        self._ends_before, self._stops_before = _sums(self._ends), _sums(self._stops)
        self._kinds = [_kind(word) for word in written]
        self._spoken_kinds = [_kind(word.sounds) for word in spoken]

    def groups(self) -> list[tuple[Span, Span]]:
        """Which written words (from, behind) are which spoken ones; the cheapest way there is."""
        best: dict[Span, tuple[float, Span]] = {(0, 0): (0.0, (0, 0))}
        for i in range(self.many):
            middle = i * self.spoken_many // self.many
            for j in range(max(0, middle - BAND), min(self.spoken_many, middle + BAND) + 1):
                if (i, j) in best:
                    self._go_on(best, i, j)
        at, found = (self.many, self.spoken_many), list[tuple[Span, Span]]()
        if at not in best:  # there is no way: by length alone
            return [((0, self.many), (0, self.spoken_many))]
        while at != (0, 0):
            before = best[at][1]
            found.append(((before[0], at[0]), (before[1], at[1])))
            at = before
        return found[::-1]

    def _go_on(self, best: dict[Span, tuple[float, Span]], i: int, j: int) -> None:
        so_far = best[i, j][0]
        left = self.spoken_many - j
        for k, m in ((1, 1), *((1, m) for m in range(2, min(SEVERAL, left) + 1)), (1, 0), *_JOINED_STEPS):
            if i + k > self.many or m > left:
                continue
            cost = so_far + self._cost(i, i + k, j, j + m)
            if cost < best.get((i + k, j + m), (FAR, (0, 0)))[0]:
                best[i + k, j + m] = cost, (i, j)

    def _cost(self, i: int, k: int, j: int, m: int) -> float:
        """How badly the written words from i and the spoken ones from j fit."""
        wanted, made = self._sizes[k] - self._sizes[i], self._sounds[m] - self._sounds[j]
        if j == m:
            return UNMATCHED + wanted if wanted else 0.0
        apart = abs(wanted - made) / (1.0 + (wanted + made) / 4)
        stops = self._ends_before[k - 1] - self._ends_before[i]
        stops += self._stops_before[m - 1] - self._stops_before[j]
        stops += self._ends[k - 1] != self._stops[m - 1]
        kinds = self._kinds[i], self._spoken_kinds[j]
        otherwise = None not in kinds and kinds[0] != kinds[1]
        split = SPLIT_NUMBER if self._kinds[i] is None else SPLIT
        shape = split * (m - j - 1) + JOINED * (k - i - 1) + OTHERWISE * otherwise
        return apart + shape + UNMATCHED * stops


_JOINED_STEPS: Final = tuple((k, 1) for k in range(2, TOGETHER + 1))


def _sums(numbers: Sequence[float]) -> list[float]:
    """Of the first none, one, two …"""
    return list(accumulate(numbers, initial=0.0))
