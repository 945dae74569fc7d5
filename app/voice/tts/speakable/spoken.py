"""A piece of text as a voice should say it, in its language.

A rule file: text in, text out (empty: there is nothing to say).
"""

from __future__ import annotations

from typing import Final

from app.kernel.languages import code_of
from app.voice.tts.speakable.english import ENGLISH
from app.voice.tts.speakable.french import FRENCH
from app.voice.tts.speakable.german import GERMAN
from app.voice.tts.speakable.rules import Spoken, applied
from app.voice.tts.speakable.spanish import SPANISH
from app.voice.tts.speakable.writing import plain, tidy

LANGUAGES: Final[dict[str, Spoken]] = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH}
OTHER: Final = Spoken(rules=(), dot="")
"""A language without rules: its voice says signs as well as it can."""


def speakable(text: str, language: str = "en") -> str:
    """What a voice should say for this piece of writing."""
    spoken = _spoken(language)
    return tidy(applied(spoken.rules, plain(text, spoken.dot)))


def with_breath(text: str) -> str:
    """A piece that ends in the middle of a sentence keeps its voice up: it gets a comma."""
    return text if not text or not text[-1].isalnum() else f"{text},"


def ends_sentence(head: str, rest: str, language: str | None) -> bool:
    """Can the dot at the end of `head` end a sentence, as far as this language's short forms and
    ordinals tell?"""
    spoken = _spoken(language or "")
    words = head.split()
    word = words[-1].lstrip("([\"'„«¿¡").rstrip(".").lower() if words else ""
    if word in spoken.dotted:
        return False
    return spoken.goes_on is None or not spoken.goes_on(head, rest)


def _spoken(language: str) -> Spoken:
    return LANGUAGES.get(code_of(language), OTHER)
