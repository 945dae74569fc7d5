"""Keeps back, of an answer that comes in pieces, the sentence that says something was done that was not.

A rule file.  Everything goes through at once, but from a word on that may begin a claim as long as it still
may, at most LONGEST characters.  In a language that has no words of deeds nothing is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.dialogue.claims.clause import Clause, Deed, Opening
from app.dialogue.claims.evidence import Evidence
from app.dialogue.claims.heads import Heads, Place
from app.dialogue.claims.lexicon import Lexicon, lexicon
from app.dialogue.claims.order import Told, order_in
from app.dialogue.claims.reading import deeds_in
from app.dialogue.claims.sentence import Sentence
from app.dialogue.claims.support import Account, account, supports
from app.dialogue.claims.surroundings import Surroundings
from app.dialogue.claims.tokens import Token, token_at, word_begun
from app.kernel.languages import code_of
from app.sayings.deeds.forms import Kind

LONGEST: Final = 400
"""Characters of a sentence that are kept back, and judged as they are when there are more."""
LONGEST_REST: Final = 20_000
"""Characters behind a claim that are kept in case it is borne out after all."""
MOST: Final = 8
"""Places of a sentence that are followed at once, and ways to read each."""
COMMON: Final = "en"
"""The language in which most tools are described."""


@dataclass
class _Thread:
    """A place from which on a claim may be said."""

    start: int
    heads: Heads | Told
    place: Place
    opening: Opening
    items: list[Token] = field(default_factory=list[Token])
    found: list[tuple[Kind, int]] = field(default_factory=list[tuple[Kind, int]])


class ClaimFilter:
    """For one answer. evidence: what has really been done in this turn; `add` takes what is done later.

    asked: what the person said. `claim` is the first sentence that nothing bears out; nothing from it on is
    told. Evidence that comes then may bear it out: what was kept back comes with the next `feed("")` or
    `finish()`.
    """

    def __init__(self, evidence: Sequence[Evidence] = (), *, language: str = COMMON, asked: str = "") -> None:
        self._lexicon = lexicon(code_of(language))
        order = order_in(asked, self._lexicon) if self._lexicon is not None else None
        self._ordered = Told(order, self._lexicon) if order and self._lexicon else None
        self._common = lexicon(COMMON)
        self._accounts: list[Account] = []
        self._text = ""
        """What is not told yet, or not cut into words."""
        self._offset = 0
        """Where that begins in the answer."""
        self._told = 0
        """Up to where the answer is told."""
        self._read = 0
        """Up to where the answer is cut into words."""
        self._threads: list[_Thread] = []
        self._claimed: list[Deed] = []
        self._ends, self._end = "", 0
        """The sign that ended the claim, and its place."""
        self._too_long = False
        self._ended = False
        self.claim = ""
        if self._lexicon is not None:
            self._around = Surroundings(self._lexicon.words)
            self._sentence = Sentence(self._lexicon.words)
        for one in evidence:
            self.add(one)

    def add(self, evidence: Evidence) -> None:
        """Something more was done."""
        if self._lexicon is None or self._common is None:
            return
        self._accounts.append(account(evidence, self._lexicon, self._common))
        if self.claim and not self._too_long and self._borne_out(self._claimed):
            self.claim = ""
            self._threads = self._threads[1:]
            if self._ends != ",":
                self._end_threads(self._ends, self._end, self._lexicon)

    def feed(self, text: str) -> str:
        """More of the answer → what may be told now."""
        if self._lexicon is None:
            return text
        if self.claim and len(self._text) + len(text) > LONGEST_REST:
            self._too_long = True
        if not self._too_long:
            self._text += text
        return self._go_on(self._lexicon, last=self._ended)

    def finish(self) -> str:
        """Nothing more comes → the rest that may be told."""
        self._ended = True
        return "" if self._lexicon is None else self._go_on(self._lexicon, last=True)

    # -- reading -------------------------------------------------------------------------------

    def _go_on(self, lexicon: Lexicon, *, last: bool) -> str:
        while not self.claim and (token := self._next(last=last)) is not None:
            if self._threads and token.sort != "space" and token.start - self._threads[0].start > LONGEST:
                self._end_threads("", token.start, lexicon)
            if not self.claim:
                self._read = token.end
                self._take(token, lexicon)
        if last and not self.claim:
            self._end_threads("", self._read, lexicon)
        if self.claim:
            return self._tell(self._threads[0].start)
        return self._tell(self._free_until(lexicon, last=last))

    def _next(self, *, last: bool) -> Token | None:
        return token_at(self._text, self._read - self._offset, self._offset, last=last)

    def _tell(self, end: int) -> str:
        end = max(end, self._told)
        told = self._text[self._told - self._offset : end - self._offset]
        self._told = end
        done = min(self._told, self._read)
        self._text, self._offset = self._text[done - self._offset :], done
        return told

    def _free_until(self, lexicon: Lexicon, *, last: bool) -> int:
        """The place up to which nothing can be a claim any more."""
        end = self._offset + len(self._text)
        piece = "" if last else word_begun(self._text, self._read - self._offset)
        for thread in self._threads:
            if not piece or thread.found or thread.heads.may_follow(thread.place, piece):
                return thread.start
        begun = self._heads(lexicon) if piece and not piece[0].isdigit() else ()
        if any(heads.may_follow(heads.begin, piece) for heads in begun):
            return self._read
        return end

    def _heads(self, lexicon: Lexicon) -> tuple[Heads | Told, ...]:
        """The claims that a word may begin here."""
        if self._around.silent or not self._sentence.open:
            return ()
        first = self._sentence.begun and not self._around.listed
        heads = lexicon.first if first else lexicon.anywhere
        return (heads, self._ordered) if self._ordered and self._sentence.begun else (heads,)

    def _take(self, token: Token, lexicon: Lexicon) -> None:
        if token.sort == "word":
            self._word(token, lexicon)
        elif token.sort != "space":
            self._sign(token, lexicon)
        self._around.see(token)

    def _word(self, token: Token, lexicon: Lexicon) -> None:
        for thread in self._threads:
            thread.place = thread.heads.after(thread.place, token.text)
            thread.items.append(token)
            at = len(thread.items) - 1
            if len(thread.found) < MOST:
                thread.found.extend((kind, at) for kind in thread.heads.kinds(thread.place))
        self._threads = [thread for thread in self._threads if thread.place or thread.found]
        for heads in () if token.text[0].isdigit() or len(self._threads) >= MOST else self._heads(lexicon):
            if place := heads.after(heads.begin, token.text):
                opening = self._sentence.opening(story=self._around.story, listed=self._around.listed)
                thread = _Thread(token.start, heads, place, opening, [token])
                thread.found = [(kind, 0) for kind in heads.kinds(place)]
                self._threads.append(thread)
        self._sentence.word(token.text)

    def _sign(self, token: Token, lexicon: Lexicon) -> None:
        if token.raw in "*_":
            return
        if ends := self._sentence.ends(token):
            self._end_threads(ends, token.end, lexicon)
        else:
            self._pause(token, lexicon)
        self._sentence.sign(token, ended=bool(ends))

    def _pause(self, token: Token, lexicon: Lexicon) -> None:
        """A sign within a sentence: "Done, …" has been said, "Your, …" begins nothing."""
        if token.raw in ",\u2014\u2013(" or (token.raw == "-" and token.behind == " "):
            for thread in [one for one in self._threads if any(kind == "whole" for kind, _ in one.found)]:
                if self._judge(thread, ",", token.start, lexicon):
                    return
            if not lexicon.gaps:
                self._threads = [thread for thread in self._threads if thread.found]
        for thread in self._threads:
            if token.raw in ",%\u00b0":
                thread.items.append(token)

    # -- judging -------------------------------------------------------------------------------

    def _end_threads(self, ends: str, end: int, lexicon: Lexicon) -> None:
        while self._threads:
            if self._judge(self._threads[0], ends, end, lexicon):
                return
            self._threads = self._threads[1:]

    def _judge(self, thread: _Thread, ends: str, end: int, lexicon: Lexicon) -> bool:
        """It is a claim, and nothing bears it out."""
        for kind, at in thread.found:
            if ends == "," and kind != "whole":
                continue
            deeds = deeds_in(Clause(kind, thread.items, at, ends, thread.opening, lexicon))
            if deeds and not self._borne_out(deeds):
                self._threads = [thread, *(one for one in self._threads if one is not thread)]
                self._claimed, self._ends, self._end = deeds, ends, end
                self.claim = self._text[thread.start - self._offset : end - self._offset].strip()
                return True
            if deeds:
                return False
        return False

    def _borne_out(self, deeds: Iterable[Deed]) -> bool:
        return all(any(supports(account, deed) for account in self._accounts) for deed in deeds)
