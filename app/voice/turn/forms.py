"""How finished a text looks: a closed answer, a complete command, a whole question, or half a sentence.

A rule file: text in, judgement out.  The lists are closed and belong to one language
(`languages.py`); where there are none only the signs and the digits speak, and the acoustic judgement
stands alone.  A wrong guess costs a second of waiting or an answer that is taken back, so the rules
are few and plain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.voice.turn.phrases import words_of

SHORT_OPENING: Final = 7
"""Words up to which something that opens with a joining word counts as half."""
DIGITS_IN_GROUPS: Final = 4
"""From so many digits on, numbers are being read out, in groups with pauses between them."""
WHOLE_FROM: Final = 3
"""Fewer words are no whole question ("What is?")."""
ENDED: Final = (".", "?", "!", "\u3002", "\uff1f", "\uff01", "\u0964")
"""How a sentence ends in writing, where it does."""
TRAILING: Final = (",", "...", "\u2026", "-", ":")


class Shape(StrEnum):
    """OPEN: leads on to more; LIST: numbers, which may go on; NUMBER: one, the first of some or an answer;
    UNENDED: the recognizer put no full stop; REQUEST: people add to those; PLAIN: nothing speaks for or
    against an end; SHORT: an answer or greeting, or a single word; COMMAND: nothing is missing; WHOLE: a
    question, whole by itself."""

    OPEN = "open"
    LIST = "list"
    NUMBER = "number"
    UNENDED = "unended"
    REQUEST = "request"
    PLAIN = "plain"
    SHORT = "short"
    COMMAND = "command"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Lists:
    """What a language says, in lower case. A phrase is words with one blank between them.

    short: too short for the melody to tell, but hardly ever continued.  joining: what opens with one of
    these wants a second half.  leading: hardly anything ends with one of these, but a question (it opens
    with one of asking or longer) may, with one of may_end.  wanting: whoever ends with one of these has
    not yet said what.  announcing: nor has who begins with one.  asking: a question that opens with one of
    these is seldom continued; not so with one of longer, which people add to.  requests: nor with one of
    these phrases.  numbers: digits in words.  around: courtesies beside a command.  commands: complete by
    themselves; each pattern is matched against all other words.
    """

    short: frozenset[str]
    joining: frozenset[str]
    leading: frozenset[str]
    may_end: frozenset[str]
    wanting: tuple[str, ...]
    announcing: tuple[str, ...]
    asking: frozenset[str]
    longer: frozenset[str]
    requests: tuple[str, ...]
    numbers: frozenset[str]
    around: frozenset[str]
    commands: tuple[re.Pattern[str], ...]


_SENTENCE: Final = re.compile(r"(?<=[.?!])\s+")
_NONE: Final[frozenset[str]] = frozenset()
NO_LISTS: Final = Lists(_NONE, _NONE, _NONE, _NONE, (), (), _NONE, _NONE, (), _NONE, _NONE, ())


def shape(text: str, lists: Lists) -> Shape:
    """Does more come after this?"""
    last = _shape(_SENTENCE.split(text.strip())[-1], lists)
    return last if last in (Shape.WHOLE, Shape.COMMAND) else _shape(text, lists)


def _shape(text: str, lists: Lists) -> Shape:
    words, bare = words_of(text), text.rstrip()
    if not words:
        return Shape.PLAIN
    if bare.endswith(TRAILING):
        return Shape.OPEN
    if all(word in lists.numbers or word.isdecimal() for word in words):
        return _of_numbers(words)
    if " ".join(words) in lists.short:
        return Shape.SHORT
    if _complete(words, lists):
        return Shape.COMMAND
    if _half(words, bare, lists):
        return Shape.OPEN
    return _of_sentence(words, bare, lists)


def _of_numbers(words: list[str]) -> Shape:
    digits = sum(len(word) if word.isdecimal() else 1 for word in words)
    if digits >= DIGITS_IN_GROUPS:
        return Shape.OPEN
    once = len(words) == 1 or (len(words) == 2 and words[0] == words[1])
    return Shape.NUMBER if once else Shape.LIST  # recognizers hear a very short word twice


def _unended(text: str) -> bool:
    """No full stop, from a recognizer that writes sentences: one that does not, writes no capitals either."""
    return text.strip()[:1].isupper() and not text.endswith(ENDED)


def _of_sentence(words: list[str], text: str, lists: Lists) -> Shape:
    if len(words) == 1:
        return Shape.SHORT
    if _unended(text):
        return Shape.UNENDED
    if len(words) >= WHOLE_FROM and words[0] in lists.asking and text.endswith("?"):
        return Shape.WHOLE
    said = " ".join(words) + " "
    return Shape.REQUEST if any(said.startswith(f"{phrase} ") for phrase in lists.requests) else Shape.PLAIN


def _complete(words: list[str], lists: Lists) -> bool:
    """A command of which nothing is missing, courtesies aside."""
    start, end = 0, len(words)
    while start < end and words[start] in lists.around:
        start += 1
    while end > start and words[end - 1] in lists.around:
        end -= 1
    command = " ".join(words[start:end])
    return any(pattern.fullmatch(command) for pattern in lists.commands)


def _half(words: list[str], text: str, lists: Lists) -> bool:
    said = f" {' '.join(words)}"
    if any(said.endswith(f" {phrase}") for phrase in lists.wanting):
        return True
    if "?" not in text and any(f"{said} ".startswith(f" {phrase} ") for phrase in lists.announcing):
        return True
    if _opens_a_half(words, lists) and len(words) < SHORT_OPENING and "?" not in text:
        return True
    asked = words[0] in lists.asking | lists.longer and words[-1] in lists.may_end and not _unended(text)
    return words[-1] in lists.leading and not asked


def _opens_a_half(words: list[str], lists: Lists) -> bool:
    """ "When we get home", but not "when is dinner"."""
    asks = len(words) > 1 and words[1] in lists.asking | lists.longer
    return words[0] in lists.joining and not asks
