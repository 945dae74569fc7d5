"""After an answer the ear stays open: is what is said then meant for Solo?

A rule file: what was said, how, and what went before in; signs for and against, and a verdict out.
Every sign is worth something, the sum decides.  The weights were fitted on one half of
tests/unit/voice/turn/follow_ups.txt and measured on the other; any of them may be set otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.sayings.languages import has_sayings, sayings
from app.voice.turn.cues import CUES, Cues
from app.voice.turn.phrases import words_of


@dataclass(frozen=True, slots=True)
class Before:
    """What went before. said: by Solo; dbfs: how loud the voice was that called it, None: not known."""

    said: str
    dbfs: float | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What was said into the open ear. after: seconds from the end of Solo's voice; no_speech and
    log_probability: the doubts of the recognition."""

    text: str
    language: str = "en"
    dbfs: float | None = None
    after: float = 1.0
    no_speech: float = 0.0
    log_probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """score: above zero it is meant for Solo. signs: what spoke for and against it."""

    score: float
    signs: tuple[str, ...]

    @property
    def meant(self) -> bool:
        """It wants an answer."""
        return self.score > 0


@dataclass(frozen=True, slots=True)
class _Look:
    """A remark taken apart. words: without what may stand before; line: all of them, between blanks."""

    remark: Remark
    before: Before
    cues: Cues
    words: list[str]
    line: str
    all: frozenset[str]
    asked: bool

    @property
    def quieter(self) -> float:
        """Decibels below the voice that called."""
        if self.remark.dbfs is None or self.before.dbfs is None:
            return 0.0
        return self.before.dbfs - self.remark.dbfs


SHORT: Final = 4
LONG: Final = 12
LATE_SECONDS: Final = 4.0
QUIETER_DB: Final = 8.0
FAR_DB: Final = 14.0
UNSURE_LOG: Final = -0.8
UNSURE_NOBODY: Final = 0.4
_NAME_FIRST: Final = re.compile(r"^(?:[A-Za-z]+, )?([A-Z][a-z]+)[,!] ")
_NAME_LATER: Final = re.compile(
    r", ([A-Z][a-z]+)[.!?,]|\b(?:[Cc]ome on|[Tt]hanks|[Hh]ey|[Hh]i) ([A-Z][a-z]+)\b"
)


def _opens_a_question(look: _Look) -> bool:
    return bool(look.words) and look.words[0] in look.cues.asking


def _calls_by_name(look: _Look) -> bool:
    """ "Anna, can you …" """
    text = look.remark.text
    names = [name for match in _NAME_LATER.finditer(text) for name in match.groups() if name]
    if first := _NAME_FIRST.match(text):
        names.append(first[1])
    known = look.cues.openers | look.cues.names | frozenset(words_of(look.before.said))
    return not look.asked and any(name.lower() not in known for name in names)


def _tells_of_others(look: _Look) -> bool:
    return bool(look.all & look.cues.others) and not _opens_a_question(look)


def _is_statement(look: _Look) -> bool:
    return "?" not in look.remark.text and not _opens_a_question(look)


SIGNS: Final[dict[str, Callable[[_Look], bool]]] = {
    "always": lambda look: True,
    "unknown_language": lambda look: look.remark.language not in CUES,
    "name": lambda look: bool(look.all & look.cues.names),
    "question": _opens_a_question,
    "request": lambda look: bool(look.words) and look.words[0] in look.cues.telling,
    "goes_on": lambda look: bool(look.cues.going_on.search(look.line)),
    "corrects": lambda look: bool(look.cues.correcting.search(look.line)),
    "wishes": lambda look: bool(look.cues.wishing.search(look.line)),
    "answers": lambda look: look.asked and _is_statement(look),
    "asks_instead": lambda look: look.asked and not _is_statement(look),
    "short": lambda look: len(look.words) <= SHORT,
    "statement": lambda look: not look.asked and _is_statement(look),
    "long": lambda look: not look.asked and len(look.words) >= LONG,
    "exclaims": lambda look: "!" in look.remark.text,
    "other_name": _calls_by_name,
    "of_others": _tells_of_others,
    "us": lambda look: bool(look.all & look.cues.us),
    "yours": lambda look: bool(look.all & look.cues.yours),
    "human": lambda look: bool(look.cues.human.search(look.line)),
    "family": lambda look: bool(look.all & look.cues.family),
    "home": lambda look: bool(look.all & look.cues.home),
    "phone": lambda look: bool(look.cues.phone.search(look.line)),
    "broadcast": lambda look: bool(look.cues.broadcast.search(look.line)),
    "late": lambda look: look.remark.after > LATE_SECONDS,
    "quieter": lambda look: look.quieter > QUIETER_DB,
    "far": lambda look: look.quieter > FAR_DB,
    "unsure": lambda look: look.remark.log_probability < UNSURE_LOG or look.remark.no_speech > UNSURE_NOBODY,
}
"""What may speak for or against it; several may hold."""

WEIGHTS: Final[dict[str, float]] = {
    "always": 0.1,
    "unknown_language": 1.5,
    "name": 5.0,
    "question": 1.0,
    "request": 2.3,
    "goes_on": 1.0,
    "corrects": 1.0,
    "wishes": 1.3,
    "answers": 0.3,
    "asks_instead": -2.0,
    "short": 1.9,
    "statement": -0.8,
    "long": -1.7,
    "exclaims": -0.9,
    "other_name": -2.0,
    "of_others": -1.0,
    "us": -1.5,
    "yours": -1.0,
    "human": -2.5,
    "family": -0.8,
    "home": -2.5,
    "phone": -1.7,
    "broadcast": -1.2,
    "late": -0.4,
    "quieter": -1.0,
    "far": -1.5,
    "unsure": -0.5,
}
"""What each is worth, in logits: of the last four and of the first three, which no sentence shows, by
judgement; of the others by a fit with a penalty, rounded."""


def judge(remark: Remark, before: Before, weights: Mapping[str, float] | None = None) -> Verdict:
    """See the module. weights: those that differ from WEIGHTS."""
    worth = {**WEIGHTS, **(weights or {})}
    look = _look(remark, before)
    signs = tuple(name for name, holds in SIGNS.items() if holds(look))
    return Verdict(sum(worth[name] for name in signs), signs)


def is_farewell(text: str, said: str = "", language: str = "en") -> bool:
    """Nothing was said but that it was enough: "Thanks, that's all." said: what Solo had said; when that
    was a question, "okay, thanks" may be its answer."""
    words = words_of(text)
    if not words or not has_sayings(language):
        return False
    known, line = sayings(language).farewells, f" {' '.join(words)} "
    wanted = known.refusing if said.rstrip().endswith("?") else known.ending
    return known.words.issuperset(words) and any(f" {phrase} " in line for phrase in wanted)


def _look(remark: Remark, before: Before) -> _Look:
    cues = CUES.get(remark.language, CUES["en"])
    words = words_of(remark.text)
    first = next((place for place, word in enumerate(words) if word not in cues.before), len(words))
    asked = before.said.rstrip().endswith("?")
    return _Look(remark, before, cues, words[first:], f" {' '.join(words)} ", frozenset(words), asked)
