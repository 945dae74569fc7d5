"""How sentences are described and recognised, whatever the language.

A rule file.  A language is a table of `Rule`s: a pattern for a whole sentence, and what to make of
the parts that vary.  Only a sentence that is covered from its first word to its last is taken; what
is left over is left to the language model, which is better at surprises.

    [set|start] a timer for {duration}   [optional], one|other, (grouped|so), {slot}, {slot=this|that}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from app.skills.intents import Intent

LONGEST: Final = 300
"""Characters; what is longer is no command."""

_PIECE: Final = re.compile(r"[\[\]()|]|\{[^}]+\}|[^\s\[\](){}|]+")
_SLOT: Final = re.compile(r"\{(\w+)(?:=([^}]+))?\}")
_MEANING: Final = {"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is compared, and where it stands in what was said."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Slot:
    """The part of a sentence that varies. raw: as it was said."""

    tokens: list[str] = field(default_factory=list[str])
    raw: str = ""
    pieces: tuple[Token, ...] = ()
    said: str = ""

    def __bool__(self) -> bool:
        return bool(self.tokens)

    def part(self, begin: int, end: int | None = None) -> Slot:
        """Some of its words."""
        return slot(self.pieces[begin:end], self.said)


EMPTY: Final = Slot()


def slot(pieces: Sequence[Token], said: str) -> Slot:
    """These words of what was said."""
    if not pieces:
        return EMPTY
    raw = said[pieces[0].start : pieces[-1].end]
    return Slot([piece.text for piece in pieces], raw, tuple(pieces), said)


Slots = Mapping[str, Slot]
Make = Callable[[Slots], Intent | None]


@dataclass(frozen=True)
class Rule:
    """A sentence, and the intent that its slots make; None: it was not this after all."""

    pattern: str
    make: Make = field(repr=False)

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """The pattern over words each of which is followed by a space."""
        return re.compile("".join(_expression(piece) for piece in _PIECE.findall(self.pattern)))


def _expression(piece: str) -> str:
    if piece in _MEANING:
        return _MEANING[piece]
    if named := _SLOT.fullmatch(piece):
        choice = "|".join(re.escape(one.strip()) for one in (named.group(2) or "").split("|") if one)
        return rf"(?P<{named.group(1)}>(?:{choice}) )" if choice else rf"(?P<{named.group(1)}>(?:\S+ )+?)"
    return re.escape(piece) + " "


@dataclass(frozen=True)
class Grammar:
    """A language: how it is cut into words, and its sentences."""

    tokenize: Callable[[str], list[Token]]
    rules: tuple[Rule, ...] = field(repr=False)

    def prepare(self) -> None:
        """Make the patterns now, which takes a moment, and not while somebody waits."""
        for rule in self.rules:
            _ = rule.expression

    def match(self, text: str) -> Intent | None:
        """What is wanted; None when it is no business of the skills."""
        if len(text) > LONGEST:
            return None
        tokens = self.tokenize(text)
        line = "".join(f"{token.text} " for token in tokens)
        for rule in self.rules:
            found = rule.expression.fullmatch(line)
            if found is not None:
                intent = rule.make(_slots(found, line, tokens, text))
                if intent is not None:
                    return intent
        return None


def _slots(found: re.Match[str], line: str, tokens: Sequence[Token], text: str) -> Slots:
    slots: dict[str, Slot] = {}
    for name in found.re.groupindex:
        begin, end = found.span(name)
        first, last = line.count(" ", 0, max(0, begin)), line.count(" ", 0, max(0, end))
        slots[name] = slot(tokens[first:last], text)
    return slots
