"""Where in a sentence a claim may begin, and what stands before it.

A rule file, fed word by word.
"""

from __future__ import annotations

from typing import Final

from app.dialogue.claims.clause import Opening
from app.dialogue.claims.tokens import Token
from app.sayings.deeds.forms import Deeds

ENDS: Final = ".!?\u2026;\n"
HAILING: Final = 3
"""Words before a comma at most that leave what follows at the beginning ("Of course, …")."""


class Sentence:
    """begun: only "okay" and the like were said; open: a claim may begin with the next word."""

    def __init__(self, words: Deeds) -> None:
        self._words = words
        self._hailed_before = False
        self._first_of_all = True
        self._begin()

    def _begin(self) -> None:
        self._count = 0
        self._recent: list[str] = []
        self._first = ""
        self._hypothetical = self._framed = self._told = self._asked = False
        self._hailed = False
        self.begun = self._boundary = True

    @property
    def open(self) -> bool:
        return self._boundary and not self._hypothetical

    def opening(self, *, story: bool, listed: bool) -> Opening:
        """Here."""
        return Opening(
            begun=self.begun,
            first=self._first_of_all,
            hailed=self._hailed or self._hailed_before,
            framed=self._framed,
            told=self._told,
            asked=self._asked,
            story=story,
            listed=listed,
        )

    def word(self, text: str) -> None:
        """One more of the sentence."""
        words = self._words
        self._count += 1
        self._first = self._first or text
        self._asked = self._asked or (self._boundary and text in words.asking)
        if text in words.interjections and self._boundary:
            self._hailed = True
        elif text in words.joints:
            self._boundary, self.begun = True, False
        else:
            confirmed = text in words.that and bool(words.confirming.intersection(self._recent[-4:]))
            self._boundary, self.begun = confirmed, False
        self._hypothetical = self._hypothetical or text in words.hypothetical
        self._framed = self._framed or text in words.framing
        self._told = self._told or text in words.told
        self._recent = [*self._recent[-3:], text]

    def ends(self, token: Token) -> str:
        """The sign, where it ends the sentence."""
        raw = token.raw
        if raw == ".":
            inside = token.behind.isalnum() and not token.behind.isupper()
            short = bool(self._recent) and self._recent[-1] in self._words.short
            return "" if inside or short else raw
        if raw == ":":
            return "" if token.behind.isdigit() else raw
        return raw if raw in ENDS else ""

    def sign(self, token: Token, *, ended: bool) -> None:
        """A sign of the sentence."""
        if ended:
            hailed = self._hailed and self._count <= HAILING
            self._first_of_all = self._first_of_all and (hailed or not self._count)
            self._begin()
            self._hailed_before = hailed
        elif token.raw not in "'\u2019-&/%\u00b0":
            few = 0 < self._count <= HAILING and (self._hailed or self._first in self._words.hails)
            self.begun = self.begun or few
            self._hailed = self._hailed or few
            self._boundary = True
