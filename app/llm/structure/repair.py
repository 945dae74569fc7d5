"""Mends what models plainly get wrong when they write JSON.  Pure.

Text before and after it, code fences, comments, single and curly quotes, line breaks within texts, quotes
within texts, Python's True and None, names without quotes, commas too many or missing, brackets that
were never closed.  Only signs are mended: no value is made up, none is left out.  What would need that (a
text or a number that was cut off, a name without a value) is not mended.  Every character is read a
bounded number of times.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 100_000
"""Characters of an answer that is mended: six times what a role writes by default."""
DEEPEST: Final = 64
LONGEST_BLANK: Final = 1_000
"""Characters of blanks and comments between two signs."""
LONGEST_NUMBER: Final = 400
MOST_STARTS: Final = 12
"""Places where the JSON may begin that are tried."""

_FENCE: Final = re.compile(r"```[ \t]*\w*[ \t]*\r?\n?(.*?)(?:```|\Z)", re.DOTALL)
_BLANK: Final = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/|#[^\n]*)*", re.DOTALL)
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_NAME: Final = re.compile(r"[A-Za-z_$][\w$-]*")
_WORDS: Final = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_QUOTES: Final = {'"': '"', "'": "'", "\u201c": "\u201d", "\u201e": "\u201c", "\u2018": "\u2019"}
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "/": "/", "\\": "\\"}
_NEEDLESS: Final = "'`_*[](){}#.!~$&<>-"
"""What is escaped in Markdown, and needs none of it in JSON."""
_AFTER_VALUE: Final = ",}]"


class _Beyond(Exception):
    """It cannot be mended without making something up."""


def candidates(text: str, *, cut: bool = False) -> Iterator[object]:
    """What the text may stand for, in the order in which it is written; values that JSON has. cut: the
    limit ended it, so what is not closed may have had more in it."""
    if len(text) > LONGEST:
        return
    tried = 0
    for part in _parts(text):
        at = 0
        while (start := _opening(part, at)) >= 0 and tried < MOST_STARTS:
            tried += 1
            reader = _Reader(part, start, cut=cut)
            try:
                yield reader.value(0)
            except _Beyond:
                at = start + 1
            else:
                at = reader.at


def _parts(text: str) -> list[str]:
    """What stands in code fences, then the whole."""
    fenced = [found for found in _FENCE.findall(text) if found.strip()] if "```" in text else []
    inner = _quoted(text)
    return [*([inner] if inner else []), *fenced, text]


def _quoted(text: str) -> str:
    """The JSON that was written as a text of JSON."""
    text = text.strip()
    if not text.startswith('"'):
        return ""
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""


def _opening(text: str, at: int) -> int:
    places = [place for bracket in "{[" if (place := text.find(bracket, at)) >= 0]
    return min(places, default=-1)


class _Reader:
    """Reads one value from `at` on, more kindly than JSON wants."""

    def __init__(self, text: str, at: int, *, cut: bool) -> None:
        self._text = text
        self._cut = cut
        self.at = at

    def value(self, depth: int) -> object:
        if depth > DEEPEST:
            raise _Beyond
        sign = self._peek()
        if sign == "{":
            return self._object(depth)
        if sign == "[":
            return self._array(depth)
        if sign in _QUOTES:
            return self._string(_AFTER_VALUE)
        return self._scalar()

    # -- what holds others ---------------------------------------------------------------------

    def _object(self, depth: int) -> dict[str, object]:
        self.at += 1
        found: dict[str, object] = {}
        while not self._closed("}"):
            name = self._name()
            if self._peek() != ":":
                raise _Beyond
            self.at += 1
            if name in found:
                raise _Beyond
            found[name] = self.value(depth + 1)
            self._comma("}")
        return found

    def _array(self, depth: int) -> list[object]:
        self.at += 1
        found: list[object] = []
        while not self._closed("]"):
            found.append(self.value(depth + 1))
            self._comma("]")
        return found

    def _closed(self, bracket: str) -> bool:
        """It ends here: by its bracket, by that of what holds it, or with the text."""
        sign = self._peek()
        if sign == bracket:
            self.at += 1
        elif self._cut and not sign:
            raise _Beyond
        return sign in ("", bracket) or (bracket == "]" and sign == "}")

    def _comma(self, bracket: str) -> None:
        """May be missing before a name, before a bracket, and at the end of a line."""
        before = self.at
        sign = self._peek()
        if sign == ",":
            self.at += 1
        elif bracket == "]" and sign not in ("", *"]}{[") and "\n" not in self._text[before : self.at]:
            raise _Beyond

    def _name(self) -> str:
        if self._peek() in _QUOTES:
            return self._string(":")
        found = _NAME.match(self._text, self.at)
        if found is None:
            raise _Beyond
        self.at = found.end()
        return found[0]

    # -- what stands by itself -----------------------------------------------------------------

    def _scalar(self) -> object:
        word = _NAME.match(self._text, self.at)
        if word is not None and word[0] in _WORDS:
            self.at = word.end()
            return _WORDS[word[0]]
        number = _NUMBER.match(self._text, self.at, self.at + LONGEST_NUMBER)
        if number is None:
            raise _Beyond
        self.at = number.end()
        after = self._text[self.at : self.at + 1]
        if after and after not in ",}]/#" and not after.isspace():
            raise _Beyond
        return _number(number[0])

    def _string(self, ends: str) -> str:
        """ends: what may follow its closing quote; any other quote is part of it."""
        close = _QUOTES[self._text[self.at]]
        self.at += 1
        pieces: list[str] = []
        signs = re.compile(rf"[\\{close}]")
        while (found := signs.search(self._text, self.at)) is not None:
            pieces.append(self._text[self.at : found.start()])
            self.at = found.end()
            if found[0] == "\\":
                pieces.append(self._escape())
            elif self._ends(ends):
                return "".join(pieces)
            else:
                pieces.append(close)
        raise _Beyond  # it was cut off

    def _ends(self, ends: str) -> bool:
        """Was that the closing quote?"""
        after = self._sign_after(self.at)
        if after == "" or after in ends:
            return True
        if after not in _QUOTES:
            return False
        if ends == _AFTER_VALUE and "\n" in self._text[self.at : self._next]:
            return True  # a forgotten comma
        raise _Beyond  # two texts, or one with quotes in it: who knows

    def _escape(self) -> str:
        sign = self._text[self.at : self.at + 1]
        if not sign:
            raise _Beyond
        self.at += 1
        if sign == "u":
            return self._unicode()
        if sign in _QUOTES or sign in _NEEDLESS or sign == "\n":
            return sign
        return _ESCAPES.get(sign, f"\\{sign}")

    def _unicode(self) -> str:
        found = re.compile(r"[0-9a-fA-F]{4}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?").match(self._text, self.at)
        if found is None:
            return "\\u"
        pair = found[0] if found[0][:2].lower() in ("d8", "d9", "da", "db") else found[0][:4]
        self.at += len(pair)
        return str(json.loads(f'"\\u{pair}"'))

    # -- signs ---------------------------------------------------------------------------------

    def _peek(self) -> str:
        """The next sign that is no blank and no comment; empty at the end."""
        found = self._sign_after(self.at)
        self.at = self._next
        return found

    def _sign_after(self, at: int) -> str:
        blank = _BLANK.match(self._text, at, at + LONGEST_BLANK)
        self._next = blank.end() if blank else at
        return self._text[self._next : self._next + 1]


def _number(written: str) -> int | float:
    plain = written.lstrip("+")
    if re.match(r"-?0\d", plain):
        raise _Beyond  # a postcode, a date: not a number
    if re.fullmatch(r"-?\d+", plain):
        return int(plain)
    value = float(plain)
    if value in (float("inf"), float("-inf")):
        raise _Beyond
    return value
