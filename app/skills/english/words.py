"""English, cut into words that can be compared; numbers among them.

A rule file: text in, words out.  Courtesies around a command are taken off, contractions are written
out, and "5-minute", "7pm" and "p.m." become the words that they stand for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from app.skills.grammar import Token

_WORD: Final = re.compile(
    r"(?P<half>[ap]\.?\s?m\b\.?)|(?P<oclock>o['\u2019]\s?clock)|(?P<number>\d+(?:[:.,/]\d+)*(?:st|nd|rd|th)?)"
    r"|(?P<word>[^\W\d_]+(?:['\u2019][^\W\d_]+)*)|(?P<sign>[%½¼¾])",
    re.IGNORECASE,
)
_CONTRACTIONS: Final = {
    "what's": "what is",
    "whats": "what is",
    "when's": "when is",
    "how's": "how is",
    "it's": "it is",
    "you're": "you are",
    "that's": "that is",
    "there's": "there is",
    "i'm": "i am",
    "i've": "i have",
    "i'd": "i would",
    "let's": "let us",
    "don't": "do not",
    "dont": "do not",
    "alright": "all right",
    "nevermind": "never mind",
    "goodnight": "good night",
    "o'clock": "oclock",
    "%": "percent",
    "½": "half",
    "¼": "quarter",
    "¾": "three quarters",
    "1/2": "half",
    "1/4": "quarter",
    "3/4": "three quarters",
}


def several(text: str) -> list[str]:
    """A list of words."""
    return text.split()


def _phrases(text: str) -> list[list[str]]:
    return [phrase.split() for phrase in text.split("|")]


_BEFORE: Final = _phrases(
    """please | hey | hi | hello | solo | jarvis | okay | ok | um | uh | er | well | so | now | and | then
    | oh | all right | yes | yeah | no | can you | could you | would you | will you | can we | could we
    | would you mind | i want you to | i would like you to | i need you to | i want to | i would like to
    | i need to | go ahead and | let us | kindly | just | quickly | also"""
)
_BEHIND: Final = _phrases(
    """please | thanks | thank you | solo | jarvis | for me | okay | ok | now | right now | will you
    | would you"""
)

UNITS: Final = {
    word: number
    for number, word in enumerate(
        several(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
            "sixteen seventeen eighteen nineteen"
        )
    )
}
TENS: Final = {
    word: 10 * number
    for number, word in enumerate(several("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
}
ORDINALS: Final = {
    word: number
    for number, word in enumerate(
        several(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
            "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ),
        start=1,
    )
} | {"thirtieth": 30}
_DIGITS: Final = re.compile(r"\d+(\.\d+)?")
_ORDINAL: Final = re.compile(r"(\d+)(?:st|nd|rd|th)")


def tokenize(text: str) -> list[Token]:
    """The words of a sentence, courtesies left off."""
    return _bare([token for found in _WORD.finditer(text) for token in _tokens(found)])


def _tokens(found: re.Match[str]) -> list[Token]:
    word = found.group().lower().replace("\u2019", "'")
    if found.group("half"):
        words = [f"{word[0]}m"]
    elif found.group("oclock"):
        words = ["oclock"]
    else:
        words = _CONTRACTIONS.get(word, word).split()
    return [Token(one, found.start(), found.end()) for one in words]


def _bare(tokens: list[Token]) -> list[Token]:
    words = [token.text for token in tokens]
    begin, end = 0, len(words)
    while size := max((len(p) for p in _BEFORE if words[begin : begin + len(p)] == p), default=0):
        if begin + size >= end:
            break
        begin += size
    while size := max((len(p) for p in _BEHIND if words[end - len(p) : end] == p), default=0):
        if end - size <= begin:
            break
        end -= size
    return tokens[begin:end]


def number(words: Sequence[str], at: int) -> tuple[float, int]:
    """The number that begins at this word and the place behind it; the place itself when none does."""
    if at >= len(words):
        return 0, at
    if _DIGITS.fullmatch(words[at]):
        return float(words[at]), at + 1
    value, next_ = _below_hundred(words, at)
    if next_ == at and words[at] == "a" and words[at + 1 : at + 2] == ["hundred"]:
        value, next_ = 1, at + 1
    if next_ > at and words[next_ : next_ + 1] == ["hundred"]:
        rest = next_ + 2 if words[next_ + 1 : next_ + 2] == ["and"] else next_ + 1
        more, behind = _below_hundred(words, rest)
        return (100 * value + more, behind) if behind > rest else (100 * value, next_ + 1)
    if next_ > at and words[next_ : next_ + 1] == ["point"]:
        more, behind = _below_hundred(words, next_ + 1)
        if behind > next_ + 1 and more < 10:
            return value + more / 10, behind
    return value, next_


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int]:
    word = words[at] if at < len(words) else ""
    if word in UNITS:
        return UNITS[word], at + 1
    if word in TENS:
        unit = UNITS.get(words[at + 1], 0) if at + 1 < len(words) else 0
        return (TENS[word] + unit, at + 2) if 0 < unit < 10 else (TENS[word], at + 1)
    return 0, at


def ordinal(words: Sequence[str], at: int) -> tuple[int, int]:
    """As `number`, for the day of a month: fifth, 5th, twenty first."""
    word = words[at] if at < len(words) else ""
    if found := _ORDINAL.fullmatch(word):
        return int(found.group(1)), at + 1
    if word in ORDINALS:
        return ORDINALS[word], at + 1
    if word in ("twenty", "thirty") and at + 1 < len(words) and ORDINALS.get(words[at + 1], 99) < 10:
        return TENS[word] + ORDINALS[words[at + 1]], at + 2
    return 0, at
