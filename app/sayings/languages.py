"""The languages in which Solo says something by itself, and understands what is said about the talk itself.

A table file: code → the sentences.  A language more is a file beside this one and a line here.
"""

from __future__ import annotations

from typing import Final

from app.kernel.languages import code_of
from app.sayings.english import ENGLISH
from app.sayings.forms import Sayings
from app.sayings.french import FRENCH
from app.sayings.german import GERMAN
from app.sayings.spanish import SPANISH

SAYINGS: Final[dict[str, Sayings]] = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH}
USUAL: Final = "en"


def sayings(language: str | None) -> Sayings:
    """Those of this language ("de", "de_AT"); English where it is not known, or has none."""
    return SAYINGS.get(code_of(language or USUAL), SAYINGS[USUAL])


def has_sayings(language: str | None) -> bool:
    """There are some in this very language."""
    return code_of(language or "") in SAYINGS
