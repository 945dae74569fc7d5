"""The languages that skills understand and speak: code → where its grammar and its sentences are.

One without sentences of its own has a grammar of what needs none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from app.kernel import plugins
from app.kernel.errors import Bug
from app.skills.grammar import Grammar
from app.skills.replies import Replies

GRAMMARS: Final[dict[str, str]] = {
    "en": "app.skills.english.rules:ENGLISH",
    "de": "app.skills.goingon:GERMAN",
    "fr": "app.skills.goingon:FRENCH",
    "es": "app.skills.goingon:SPANISH",
}
REPLIES: Final[dict[str, str]] = {"en": "app.skills.english.replies:EnglishReplies"}
USUAL: Final = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """One of them."""

    code: str
    grammar: Grammar = field(repr=False)
    replies: Replies


def language(code: str | None, hours: str) -> Language | None:
    """That of this code ("en", "en-GB"), the usual one for None; None when Solo has no skills in it."""
    code = (code or USUAL).lower().partition("-")[0].partition("_")[0]
    if code == "auto":
        code = USUAL
    if code not in GRAMMARS:
        return None
    grammar: Grammar = plugins.load("skills", GRAMMARS, code, what="language")
    speaks = code if code in REPLIES else USUAL
    replies: Callable[[str], Replies] = plugins.load("replies", REPLIES, speaks, what="language")
    return Language(code, grammar, replies(hours))


def replies_in(code: str | None, hours: str) -> Replies:
    """The sentences of this language, or of the usual one where it has none."""
    known = language(code, hours) or language(USUAL, hours)
    if known is None:
        raise Bug("The usual language has no skills.")
    return known.replies
