"""A text that comes in pieces, cut into words and signs.

A rule file.  A word is complete when what stands behind it is known, so the cut does not depend on the
pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

LONGEST: Final = 48
"""Characters of a word; what is longer counts as several."""
_TOKEN: Final = re.compile(
    rf"(?P<word>[^\W_](?:[^\W_]|['\u2019](?=[^\W_])|(?<=\d)[.:,](?=\d)|-(?=[^\W\d_])){{0,{LONGEST - 1}}})"
    r"|(?P<space>[^\S\n])|(?P<code>`{1,9})|(?P<sign>.|\n)",
    re.DOTALL,
)
_JOINING: Final = "'\u2019.:,-"
"""Behind them must be known what follows: they may stand inside a word, or end a sentence."""

Sort: TypeAlias = Literal["word", "space", "code", "sign"]


@dataclass(frozen=True, slots=True)
class Token:
    """text: as it is compared (words in lower case, straight apostrophes); raw: as it stands; start, end: in
    the whole text; behind: the character that follows a sign, where it matters; empty at the end."""

    sort: Sort
    text: str
    raw: str
    start: int
    end: int
    behind: str = ""


def token_at(text: str, at: int, offset: int, *, last: bool) -> Token | None:
    """The one that begins here; None until enough of the text is known. last: no more will come."""
    found = _TOKEN.match(text, at)
    if found is None:
        return None
    raw, end = found.group(), found.end()
    sort: Sort = found.lastgroup  # pyright: ignore[reportAssignmentType]  (the names of the groups)
    if not last and not _known(sort, raw, text, end):
        return None
    if sort != "word":
        behind = text[end : end + 1] if raw in _JOINING else ""
        return Token(sort, raw, raw, offset + at, offset + end, behind)
    return Token(sort, raw.lower().replace("\u2019", "'"), raw, offset + at, offset + end)


def _known(sort: Sort, raw: str, text: str, end: int) -> bool:
    if sort == "space" or (sort == "sign" and raw not in _JOINING):
        return True
    if end == len(text):
        return False
    return sort != "word" or text[end] not in _JOINING or end + 1 < len(text)


def word_begun(text: str, at: int) -> str:
    """What is there of a word whose end is not known, as it is compared; empty where there is another
    thing."""
    found = _TOKEN.match(text, at)
    if found is None or found.lastgroup != "word":
        return ""
    return found.group().lower().replace("\u2019", "'")


def words_of(text: str) -> Iterator[Token]:
    """The words of a text that is whole, and the signs that count as words."""
    at = 0
    while (token := token_at(text, at, 0, last=True)) is not None:
        at = token.end
        if token.sort == "word" or token.raw in ("%", "°"):
            yield token
