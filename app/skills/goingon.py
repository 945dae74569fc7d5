"""What is understood in languages that Solo has no other skills in: "go on", which is answered with the
rest of what Solo was saying, so it takes no sentence of that language.

A rule file; the phrases are in `app/sayings`.
"""

from __future__ import annotations

import re
from typing import Final

from app.sayings import french, german, spanish
from app.sayings.forms import Sayings
from app.skills.grammar import Grammar, Rule, Token
from app.skills.intents import GoOn

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


def _grammar(sayings: Sayings) -> Grammar:
    def tokenize(text: str) -> list[Token]:
        """The words, without courtesies, wherever they stand."""
        return [
            Token(word, found.start(), found.end())
            for found in _WORD.finditer(text)
            if (word := found.group().lower().replace("\u2019", "'")) not in sayings.courtesies
        ]

    return Grammar(tokenize, tuple(Rule(pattern, lambda _: GoOn()) for pattern in sayings.going_on))


GERMAN: Final = _grammar(german.GERMAN)
FRENCH: Final = _grammar(french.FRENCH)
SPANISH: Final = _grammar(spanish.SPANISH)
