"""What of an answer was heard, and what was not.

A rule file: pieces of speech and a length of time in, two texts out, exact to the word as far as
the length of a word's letters says how long it takes to say it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"\S+")
NEARLY: Final = 0.6
"""A word of which this much was heard counts as heard."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece of speech: its text, where it begins and how long it is, in milliseconds."""

    text: str
    start_ms: float
    length_ms: float


def split_heard(reply: str, pieces: list[Spoken], heard_ms: float) -> tuple[str, str]:
    """The answer cut in two where hearing it ended: (heard, unheard)."""
    cursor = 0
    for piece in pieces:
        begin, end = _place(reply, piece.text, cursor)
        if heard_ms >= piece.start_ms + piece.length_ms - 1.0:
            cursor = end
            continue
        share = (heard_ms - piece.start_ms) / piece.length_ms if piece.length_ms > 0 else 0.0
        if share > 0:
            cursor = begin + _whole_words(reply[begin:end], share)
        break
    return reply[:cursor].strip(), reply[cursor:].strip()


def _place(reply: str, text: str, cursor: int) -> tuple[int, int]:
    """Where the piece stands in the answer; the voice may have said it in other words."""
    wanted = text.strip()
    found = reply.find(wanted, cursor) if wanted else cursor
    if found < 0:
        about = cursor + len(wanted)
        ends = [word.end() for word in _WORD.finditer(reply, cursor)]
        return cursor, min(ends, key=lambda end: abs(end - about), default=len(reply))
    return found, found + len(wanted)


def _whole_words(text: str, share: float) -> int:
    """Length of the words that were said in this share of the time."""
    said = share * len(text)
    end = 0
    for word in _WORD.finditer(text):
        if said < word.start() + NEARLY * (word.end() - word.start()):
            break
        end = word.end()
    return end
