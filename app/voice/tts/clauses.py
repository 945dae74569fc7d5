"""Cutting a growing reply into pieces that can be spoken.

The first piece is the first clause, so that speech begins early; what follows is cut more and
more coarsely, because by then sound is waiting and whole sentences sound better.  Text is cut only
where punctuation is followed by space, so numbers, addresses and names with dots stay whole; when
no punctuation comes, the first piece ends before a word at which a speaker may breathe.

A rule file: text in, pieces out.  Joined, the pieces are the text (space at their edges apart).
"""

# ruff: noqa: RUF001  (typographic signs are what these rules are about)

from __future__ import annotations

import re
from typing import Final

from app.voice.tts.speakable import ends_sentence

FIRST: Final = 7
"""Letters and digits that make the first clause worth speaking."""
SECOND: Final = 40
"""The same for the second one, while little sound is waiting."""
LATER: Final = 100
"""Later on only clauses as long as this are spoken before their sentence ends."""
LONGEST: Final = 200
"""Characters after which a piece is cut at a space, whatever stands there: what a voice needs of
memory grows with the piece."""
SHORT: Final = 80
"""A whole text of so few characters is not cut for haste."""
FIRST_WORDS: Final = 3
"""Without punctuation the first piece may end before a joint from this word on …"""
FIRST_WORDS_MOST: Final = 8
"""… and ends anywhere after this one."""

_ABBREVIATIONS = """mr mrs ms dr prof st sr jr vs approx no nos fig vol dept gen col lt sgt capt rev hon
e.g i.e cf ca viz al mt ft jan feb mar apr jun jul aug sep sept oct nov dec"""
ABBREVIATIONS: Final = frozenset(_ABBREVIATIONS.split())
"""A dot after one of these does not end a sentence."""
MAYBE_END: Final = frozenset(("etc", "a.m", "p.m", "u.s", "u.k", "inc", "ltd", "co", "corp", "jr", "sr"))
"""A dot after one of these does when a capital follows."""
_JOINTS = """and but or because which who that when where while if so with from into as than to by for in on
at used called through between during without"""
JOINTS: Final = dict.fromkeys(_JOINTS.split(), FIRST_WORDS) | dict.fromkeys(
    ["is", "are", "was", "were", "can", "will", "has", "have"], FIRST_WORDS + 2
)
"""Words before which a speaker may breathe, and from which word of the piece on; between who does it
and what they do rather later."""

_SENTENCE: Final = re.compile(r"[.!?…]+[\"'”’»)\]*_]*(?=\s)|[。！？]+[」』”]?|\n+")
_CLAUSE: Final = re.compile(r"[,;:][\"'”’»)\]*_]*(?=\s)|\s[–—-](?=\s)|—|[，、；：]")
_WORD_BEFORE: Final = re.compile(r"([^\s(\[\"'“‘]+)\.$")
_LIST_NUMBER: Final = re.compile(r"(?:^|\n)\s*\d{1,3}\.$")
_FENCE: Final = "```"


class Clauses:
    """Feed it with deltas, take pieces as they become whole, flush it at the end.

    language: that of the text, for short forms and ordinals; None: not known.
    """

    def __init__(self, language: str | None = None) -> None:
        self._language = language
        self._text = ""
        self._given = 0
        self._over = False

    def feed(self, delta: str) -> None:
        """The next few characters."""
        self._text += delta

    def end(self) -> None:
        """Nothing more will come: what is left is whole."""
        self._over = True

    @property
    def waiting(self) -> int:
        """Characters not yet taken."""
        return len(self._text)

    def take(self) -> str | None:
        """The next piece, stripped; None while there is none."""
        while (cut := self._cut()) is not None:
            piece, self._text = self._text[:cut].strip(), self._text[cut:].lstrip()
            if piece:
                self._given += 1
                return piece
        return None

    def _cut(self) -> int | None:
        """Where the next piece ends; None: not yet."""
        text = self._text
        if not text.strip():
            return None
        fenced = self._fenced()
        if fenced is not None:
            return fenced or None
        for place in self._places():
            return place
        hurry = self._given == 0 and not (self._over and len(text) <= SHORT)
        if hurry and (place := _joint(text)) is not None:
            return place
        if len(text) > LONGEST:
            return _space_before(text, LONGEST)
        return len(text) if self._over else None

    def _fenced(self) -> int | None:
        """A block of code is one piece. None: no such block comes first; 0: it is not whole yet."""
        text = self._text
        start = text.find(_FENCE)
        if start < 0 or text[:start].strip():
            return None
        end = text.find(_FENCE, start + len(_FENCE))
        if end >= 0:
            return end + len(_FENCE)
        return len(text) if self._over else 0

    def _places(self) -> list[int]:
        """Where the text may be cut, the first good place only."""
        text = self._text
        fence = text.find(_FENCE)
        reach = min(len(text) if fence < 0 else fence, LONGEST + 1)
        enough = (FIRST, SECOND, LATER)[min(self._given, 2)]
        ends = sorted(
            [(match.end(), True) for match in _SENTENCE.finditer(text, 0, reach + 1)]
            + [(match.end(), False) for match in _CLAUSE.finditer(text, 0, reach + 1)]
        )
        for end, sentence in ends:
            if end > reach:
                break
            if sentence and self._ends_sentence(end):
                return [end]
            if not sentence and _size(text[:end]) >= enough:
                return [end]
        return [fence] if 0 < fence <= LONGEST else []

    def _ends_sentence(self, end: int) -> bool:
        text = self._text
        head = text[:end]
        if not _size(head):
            return False
        if not head.endswith("."):
            return True
        if _LIST_NUMBER.search(head) or not ends_sentence(head, text[end:], self._language):
            return False
        found = _WORD_BEFORE.search(head)
        word = found.group(1).lower() if found else ""
        if word in MAYBE_END or (len(word) == 1 and word.isalpha() and word != "i"):
            return self._capital_follows(end) and word in MAYBE_END
        return word not in ABBREVIATIONS

    def _capital_follows(self, end: int) -> bool:
        rest = self._text[end:].lstrip()
        return rest[0].isupper() if rest else False


def _size(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _joint(text: str) -> int | None:
    """Where a first piece without punctuation may end."""
    words = list(re.finditer(r"\S+", text))
    for number, word in enumerate(words[:-1]):
        least = JOINTS.get(word.group().lower())
        if least is not None and number >= least and _size(text[: word.start()]) >= FIRST:
            return word.start()
    if len(words) > FIRST_WORDS_MOST:
        return words[FIRST_WORDS_MOST].start()
    return None


def _space_before(text: str, place: int) -> int:
    """The last space before that place, or the place itself."""
    found = text.rfind(" ", 1, place)
    return found if found > place // 2 else place
