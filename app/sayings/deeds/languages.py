"""The languages in which claims are told from other talk.

A table file: code → the words.  In a language that is not here nothing is checked.
"""

from __future__ import annotations

from typing import Final

from app.kernel.languages import code_of
from app.sayings.deeds.english import ENGLISH
from app.sayings.deeds.forms import Deeds
from app.sayings.deeds.french import FRENCH
from app.sayings.deeds.german import GERMAN
from app.sayings.deeds.spanish import SPANISH

DEEDS: Final[dict[str, Deeds]] = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH}


def deeds(language: str | None) -> Deeds | None:
    """Those of this language ("de", "de_AT"); None where it has none."""
    return DEEDS.get(code_of(language or ""))
