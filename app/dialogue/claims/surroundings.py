"""Where in an answer a word stands: in a quotation, code, a list, a letter, a story, what somebody else says.

A rule file, fed token by token.
"""

from __future__ import annotations

from typing import Final

from app.dialogue.claims.tokens import Token
from app.sayings.deeds.forms import Deeds

QUOTES: Final = {
    '"': '"',
    "\u201c": '\u201d"',
    "\u201e": "\u201c\u201d",
    "\u00ab": "\u00bb",
    "\u2018": "\u2019",
}
LONGEST_QUOTE: Final = 600
LONGEST_PHRASE: Final = 6
"""Words of a phrase that begins a story."""
BULLETS: Final = "-*+\u2022\u2013"


class Surroundings:
    """silent: nothing is a claim here; listed: in an item of a list; story: somebody tells one."""

    def __init__(self, words: Deeds) -> None:
        self._words = words
        self._recent: list[str] = []
        self._before = "\n"
        self._quote = ""
        self._quoted_from = 0
        self._code = ""
        self._line: list[str] = []
        self._silent_line = False
        self._letter = False
        self._draft = 0
        """0: none; 1: begins with the next line that has words; 2: lasts until an empty line."""
        self._sentence: set[str] = set()
        self.listed = False
        self.story = False

    @property
    def silent(self) -> bool:
        return bool(self._quote or self._code or self._silent_line or self._letter or self._draft)

    def see(self, token: Token) -> None:
        """What comes next. Words are judged as those that stand before it leave things."""
        if token.sort == "code":
            self._tick(token)
        elif token.raw == "\n":
            self._line_ends()
        elif not self._code:
            if token.sort == "word":
                self._word(token)
            elif token.sort == "sign":
                self._sign(token)
        if self._quote and token.start - self._quoted_from > LONGEST_QUOTE:
            self._quote = ""
        self._before = token.raw[-1]

    def _tick(self, token: Token) -> None:
        if not self._code:
            self._code = token.raw
        elif self._code == token.raw:
            self._code = ""

    def _word(self, token: Token) -> None:
        if self._draft == 1:
            self._draft = 2
        if self._line in ([], ["#"]) and token.raw.isdigit():
            self._line.append("#")  # perhaps the number of an item
            return
        self._line.append(token.text)
        self._sentence.add(token.text)
        self._recent = [*self._recent[1 - LONGEST_PHRASE :], token.text]
        self.story = self.story or any(
            " ".join(self._recent[-length:]) in self._words.story
            for length in range(1, len(self._recent) + 1)
        )
        if len(self._line) == 1 and token.text in self._words.letters:
            self._letter = True

    def _sign(self, token: Token) -> None:
        raw = token.raw
        if not self._line and raw in ">#|":
            self._silent_line = True
        elif (not self._line and raw in BULLETS) or (self._line == ["#"] and raw in ".)"):
            self.listed = True
        elif raw == ":":
            self._colon(token)
        self._quotes(token)
        if raw in ".!?":
            self._sentence.clear()

    def _quotes(self, token: Token) -> None:
        raw = token.raw
        if self._quote:
            if raw in self._quote and not (raw in "'\u2019" and token.behind.isalnum()):
                self._quote = ""
            return
        opens = self._before.isspace() or self._before in "([{*_:\u2014\u2013-"
        if raw == "'" and opens and token.behind.isalpha():
            self._quote, self._quoted_from = "'\u2019", token.start
        elif raw in QUOTES and (opens or raw != '"'):
            self._quote, self._quoted_from = QUOTES[raw], token.start

    def _colon(self, token: Token) -> None:
        label = [word for word in self._line if word != "#"]
        if len(label) == 1 and not self.listed and label[0] not in self._words.labels and not self._quote:
            self._silent_line = True  # what somebody says, or is said of something
        if self._sentence & self._words.draft:
            if token.behind in ("\n", ""):
                self._draft = 1
            elif not token.behind.isdigit():
                self._silent_line = True
            if self._sentence & self._words.tales:
                self.story = True

    def _line_ends(self) -> None:
        if self._code == "```" or len(self._code) > 2:
            return
        line = [word for word in self._line if word != "#"]
        if 0 < len(line) <= 3 and self._before == "," and line[0] in self._words.greetings:
            self._letter = True
        if not self._line and self._draft == 2 and not self.story:
            self._draft = 0
        self._line = []
        self._sentence.clear()
        self._quote = self._code = ""
        self._silent_line = self.listed = False
