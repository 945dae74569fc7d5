"""What no language says: markup, code, addresses, emoji.

A rule file: a piece of text in, a piece of text out.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from app.voice.tts.speakable.rules import Rule, applied, rule

_HOST: Final = re.compile(r"^(?:www\.)?([^/?#:]+)")
_SPACES: Final = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " ") | {"\r": "\n"})

_CODE: Final[tuple[Rule, ...]] = (
    rule(r"(?s)```.*?(?:```|\Z)", " "),
    rule(r"(?s)<!--.*?-->|</?[A-Za-z][^<>\n]*>", " "),
    rule(r"!\[([^\]]*)\]\([^)]*\)", r"\1"),
    rule(r"\[([^\]]*)\]\([^)]*\)", r"\1"),
    rule(r"\]\([^)]*\)", " "),
)
_MARKUP: Final[tuple[Rule, ...]] = (
    rule(r"(?m)^[ \t]*(?:[-*_=][ \t]*){3,}$", ""),
    rule(r"(?m)^(?=[^\n]*--)[ \t|:-]+$", ""),
    rule(r"(?m)^[ \t]*(?:#{1,6}|>+|[-*+•])[ \t]+(?:\[[ xX]\][ \t]+)?", ""),
    rule(r"(?m)^[ \t]*\|(.*?)\|?[ \t]*$", r"\1"),
    rule(r"[ \t]*\|[ \t]*", ", "),
    rule(r"\*{2,}|__|~~|`+", ""),
    rule(r"(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*])", ""),
    rule(r"\\([\\`*_{}\[\]()#+.!-])", r"\1"),
)

_TIDY: Final[tuple[Rule, ...]] = (
    rule(r"[\[\]{}<>|\\^~*_`#]", " "),
    rule(r"\s+([,;:.!?])", r"\1"),
    rule(r"([,;:])(?:\s*[,;:])+", r"\1"),
    rule(r"[.]{2,}|…", ". "),
    rule(r"\(\s*\)", " "),
    rule(r"\s+", " "),
    rule(r"^[\s,;:.!?)-]+", ""),
)


def plain(text: str, dot: str) -> str:
    """Without markup. dot: how the dot of an address is said; empty: left to the voice."""
    return applied(_markup(dot), _printable(text))


def tidy(text: str) -> str:
    """Without what is left over when markup and signs are gone; empty when there is nothing to say."""
    text = applied(_TIDY, text).strip()
    return text if any(character.isalnum() for character in text) else ""


@cache
def _markup(dot: str) -> tuple[Rule, ...]:
    between = f" {dot} " if dot else "."

    def address(found: re.Match[str]) -> str:
        """An address by the name of its host."""
        host = _HOST.match(found[1])
        end = "." if found[0].endswith(".") else ""
        return (host[1].rstrip(".").replace(".", between) if host else "") + end

    return (
        *_CODE,
        rule(r"https?://(\S+?)(?=[.,;:!?)\]]*(?:\s|$))", address),
        rule(r"\b(www\.\S+?)(?=[.,;:!?)\]]*(?:\s|$))", address),
        *_MARKUP,
    )


def _printable(text: str) -> str:
    """Without emoji, control characters and halves of characters; every space a plain one."""
    return "".join(c for c in text.translate(_SPACES) if c in "\n\t" or _sayable(c))


def _sayable(character: str) -> bool:
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return False
    return character.isascii() or character == "°" or category not in ("So", "Sk")
