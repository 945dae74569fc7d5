"""Words that only silence Solo, and words that show that more is coming.

A rule file: text in, judgement out.  The lists are closed and English; in other languages nothing
matches, and the acoustic judgement stands alone.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOPS: Final = frozenset(
    """stop|stop it|stop that|stop talking|please stop|stop please|okay stop|ok stop|be quiet|quiet
    |quiet please|silence|shut up|shush|hush|enough|that's enough|thats enough|that is enough|cancel
    |cancel that|never mind|nevermind|forget it|forget about it|no never mind""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
COURTESY: Final = frozenset(("please", "solo", "jarvis", "hey", "okay", "ok", "now", "oh", "no", "just"))

JOINING: Final = _words(
    """and but or so because cause if when while although though unless until since whereas as
    before after"""
)
"""An utterance that opens with one of these wants a second half."""
LEADING_ON: Final = _words(
    """a an the my your his her its our their this these those of to in on at by for from with about
    into and or but so because if when while that which who whose not very is are was were am be
    please can could would will shall should may might must do does did i we they he she you um uh
    er hmm like than as"""
)
"""An utterance hardly ever ends with one of these."""
MAY_END: Final = frozenset(
    ("you", "on", "in", "about", "for", "to", "is", "are", "was", "do", "did", "does", "not")
)
"""… but these do end questions ("what is this about?")."""
ASKING: Final = _words(
    """what who where when why how which whose what's who's where's when's how's is are was were do
    does did can could would will should may tell show give set turn play open close call remind
    add"""
)
SHORT_OPENING: Final = 7
"""Words up to which something that opens with a joining word counts as half."""
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_NUMBERS: Final = _words("zero oh one two three four five six seven eight nine ten double triple point")


class Shape(StrEnum):
    """How finished a text looks. PLAIN: nothing speaks for or against it."""

    OPEN = "open"
    PLAIN = "plain"
    WHOLE = "whole"


def words_of(text: str) -> list[str]:
    """The words, lower case, without punctuation."""
    return [word.replace("\u2019", "'").lower() for word in _WORD.findall(text)]


def is_stop(text: str) -> bool:
    """Nothing was said but that Solo should be silent or forget it."""
    words = words_of(text)
    if " ".join(words) in STOPS:
        return True
    plain = " ".join(word for word in words if word not in COURTESY)
    return plain in STOPS


def shape(text: str) -> Shape:
    """Does more come after this?"""
    words = words_of(text)
    if not words:
        return Shape.PLAIN
    if _dictated(words) or _half(words, text):
        return Shape.OPEN
    asks = words[0] in ASKING or text.rstrip().endswith("?")
    if len(words) >= 3 and asks and text.rstrip()[-1:] in ".?!":
        return Shape.WHOLE
    return Shape.PLAIN


def _dictated(words: list[str]) -> bool:
    """Numbers alone are read out in groups."""
    return all(word in _NUMBERS or word.isdecimal() for word in words)


def _half(words: list[str], text: str) -> bool:
    if text.rstrip().endswith((",", "...", "…", "-", ":")):
        return True
    if _opens_a_half(words) and len(words) < SHORT_OPENING and "?" not in text:
        return True
    last = words[-1]
    asked = words[0] in ASKING and last in MAY_END
    return last in LEADING_ON and not asked


def _opens_a_half(words: list[str]) -> bool:
    """ "When we get home", but not "when is dinner"."""
    return words[0] in JOINING and not (len(words) > 1 and words[1] in ASKING)
