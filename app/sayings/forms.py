"""What each language brings: what Solo says by itself, and what people say to it about the conversation.

A rule file; the sentences are data, in a file for each language.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Excuses:
    """One short honest sentence each. deaf: nothing can be recognized; unfinished: an answer broke off;
    slow: it did not come; thoughtless: there is no language model; failed: anything else."""

    deaf: str
    unfinished: str
    slow: str
    thoughtless: str
    failed: str


@dataclass(frozen=True, slots=True)
class Farewells:
    """How people say that it was enough, with nothing but these words. ending: one of these phrases must
    be among them; refusing: one of these, where Solo had asked something."""

    words: frozenset[str]
    ending: frozenset[str]
    refusing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Consent:
    """How people answer when Solo asks whether to do something, as a whole and without courtesies; refused:
    what Solo says to a no."""

    yes: frozenset[str]
    no: frozenset[str]
    refused: str


@dataclass(frozen=True, slots=True)
class Sayings:
    """Words and phrases are in lower case, without punctuation.

    fillers: said while an answer takes long.  stops: who says no more than this wants Solo to be silent, or
    to forget it; courtesies may stand beside it.  stops_misheard: what is understood of such a word when it
    is said into the middle of Solo's own.  listening_words: said by those who listen, alone or with
    others of them; listening_phrases: as a whole.  going_on: whoever says this wants the rest of what they
    interrupted (patterns of `app/skills/grammar.py`).
    """

    fillers: tuple[str, ...]
    excuses: Excuses
    stops: frozenset[str]
    stops_misheard: frozenset[str]
    courtesies: frozenset[str]
    listening_words: frozenset[str]
    listening_phrases: frozenset[str]
    farewells: Farewells
    consent: Consent
    going_on: tuple[str, ...]


def words(text: str) -> frozenset[str]:
    """Between blanks."""
    return frozenset(text.split())


def phrases(text: str) -> frozenset[str]:
    """Between strokes; a hyphen parts words."""
    return frozenset(" ".join(phrase.replace("-", " ").split()) for phrase in text.split("|"))


def lines(text: str) -> tuple[str, ...]:
    """One a line."""
    return tuple(line.strip() for line in text.strip().splitlines())
