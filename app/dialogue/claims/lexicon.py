"""A language's words of deeds, put in order for looking up.

A rule file.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from app.dialogue.claims.heads import NUMBER, Heads
from app.sayings.deeds.forms import FORMS, Deeds, Kind, Verb
from app.sayings.deeds.languages import DEEDS, deeds

ONLY_FIRST: Final[frozenset[Kind]] = frozenset({"brief", "bare", "gerund"})
"""What is a claim only at the beginning of a sentence."""


class Lexicon:
    """One language. forms: word → the verbs that it is a form of, and which; anywhere, first: how claims
    begin in the middle of a sentence, and at its beginning; gaps: anything may stand in a beginning."""

    def __init__(self, words: Deeds) -> None:
        self.words: Final = words
        self.forms: Final[dict[str, list[tuple[Verb, str]]]] = {}
        for verb in words.verbs:
            for form, names in verb.forms.items():
                for name in names:
                    self.forms.setdefault(name, []).append((verb, form))
        classes = self._classes()
        self.anywhere: Final = Heads([head for head in words.heads if head[0] not in ONLY_FIRST], classes)
        self.first: Final = Heads(words.heads, classes)
        self.gaps: Final = any("{any*}" in pattern for _, pattern in words.heads)
        plain = (words.fillers, words.adverbs, words.modifiers, words.shares, words.days)
        tables = (
            words.topics,
            words.states,
            words.rooms,
            words.numbers,
            words.units,
            words.clocks,
            self.forms,
        )
        self._usual = frozenset[str]().union(*plain, *tables)

    def usual(self, word: str) -> bool:
        """It names nothing in particular, as "milk" and "Anna" do."""
        return word in self._usual or not word[0].isalpha()

    def _classes(self) -> dict[str, frozenset[str]]:
        words = self.words
        of_form = {
            form: frozenset(name for name, uses in self.forms.items() if any(use == form for _, use in uses))
            for form in FORMS
        }
        return of_form | {
            "topic": frozenset(words.topics),
            "adverb": words.adverbs,
            "modifier": words.modifiers | {*words.rooms, *words.numbers, NUMBER},
            "number": frozenset({*words.numbers, NUMBER}),
            "state": frozenset(words.states),
            "pronoun": words.pronouns,
        }


@cache
def lexicon(language: str) -> Lexicon | None:
    """None in a language whose words nobody wrote down."""
    known = deeds(language)
    return Lexicon(known) if known is not None else None


def prepare() -> None:
    """Put all languages in order now, which takes a moment, and not while somebody waits."""
    for language in DEEDS:
        lexicon(language)
