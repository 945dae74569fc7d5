"""What of an answer was heard, and what was not.

A rule file: pieces of speech and a length of time in, two texts out, cut at a whole word. Where the
voice says when each of its words sounds that is known to the word; where it does not, as far as the
length of a word's letters says how long it takes to say it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from app.events.voice import TTSEvent
from app.voice.audio.frames import milliseconds
from app.voice.turn.wordtimes import Sounded, said

_WORD: Final = re.compile(r"\S+")
NEARLY: Final = 0.5
"""A word of which more than this was heard counts as heard."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece of speech: its text, where it begins and how long it is, in milliseconds; and when its
    words sound, where that is known."""

    text: str
    start_ms: float
    length_ms: float
    words: tuple[Sounded, ...] = ()


def sounded(made: TTSEvent) -> tuple[Sounded, ...]:
    """The words that the voice announces, in milliseconds from the beginning of their piece."""
    rate = made.rate
    return tuple(
        Sounded(w.sounds, milliseconds(w.start, rate), milliseconds(w.end, rate)) for w in made.words
    )


def split_heard(reply: str, pieces: list[Spoken], heard_ms: float) -> tuple[str, str]:
    """The answer cut in two where hearing it ended: (heard, unheard)."""
    cursor = 0
    for piece in pieces:
        begin, end = _place(reply, piece.text, cursor)
        if heard_ms >= piece.start_ms + piece.length_ms - 1.0:
            cursor = end
            continue
        if heard_ms > piece.start_ms:
            cursor = begin + _whole_words(reply[begin:end], piece, heard_ms - piece.start_ms)
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


def _whole_words(text: str, piece: Spoken, at_ms: float) -> int:
    """Length of the words of the piece that had been said by then."""
    if piece.words:
        return said(text, piece.words, at_ms)
    so_far = len(text) * at_ms / piece.length_ms if piece.length_ms > 0 else 0.0
    end = 0
    for word in _WORD.finditer(text):
        if so_far <= word.start() + NEARLY * (word.end() - word.start()):
            break
        end = word.end()
    return end
