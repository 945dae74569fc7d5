"""Whose words tell that more is coming: language code → the lists of that language.

A table file; the lists are data, a file for each language.
"""

from __future__ import annotations

from typing import Final

from app.voice.turn.english import ENGLISH
from app.voice.turn.forms import NO_LISTS, Lists, Shape, shape

LISTS: Final[dict[str, Lists]] = {"en": ENGLISH}
USUAL: Final = "en"


def lists_of(code: str | None) -> Lists:
    """Of this code ("en", "en-GB"); the usual ones for None, empty ones where there are none."""
    return LISTS.get((code or USUAL).lower().partition("-")[0].partition("_")[0], NO_LISTS)


def shape_of(text: str, language: str | None) -> Shape:
    """How finished this looks in its language."""
    return shape(text, lists_of(language))
