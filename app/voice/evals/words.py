"""Texts compared as a person would: case and punctuation do not count.

A rule file. Every comparison takes time in proportion to the product of the lengths at most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from app.voice.evals.schema import Words

APOSTROPHE: Final = "\N{RIGHT SINGLE QUOTATION MARK}"
_WORD: Final = re.compile(rf"[^\W_]+(?:['{APOSTROPHE}][^\W_]+)*")
_PATTERN_WORD: Final = re.compile(r"[^\s]+")


def words_of(text: str) -> list[str]:
    """Lower-case words without punctuation."""
    return [word.casefold().replace(APOSTROPHE, "'") for word in _WORD.findall(text)]


def wrong_words(reference: str, text: str) -> int:
    """Words to be put in, taken out or changed (edit distance)."""
    wanted, got = words_of(reference), words_of(text)
    row = list(range(len(got) + 1))
    for i, word in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


def contains(text: str, part: str) -> bool:
    """The words of `part` stand in `text`, one after the other."""
    words, wanted = words_of(text), words_of(part)
    last = len(words) - len(wanted)
    return any(words[at : at + len(wanted)] == wanted for at in range(last + 1))


def matches(text: str, pattern: str) -> bool:
    """The whole text is like the pattern: `*` stands for any words, `a|b` for one of several."""
    words = words_of(text)
    steps = [_alternatives(part) for part in _PATTERN_WORD.findall(pattern)]
    reached = {0}  # how many words may be used up by the pattern so far
    for step in (step for step in steps if step != []):
        if step is None:
            reached = set(range(min(reached), len(words) + 1)) if reached else set[int]()
        else:
            reached = {at + 1 for at in reached if at < len(words) and words[at] in step}
    return len(words) in reached


def _alternatives(part: str) -> list[str] | None:
    """The words that one part of a pattern allows; None: any number of any words."""
    return None if part == "*" else [word for choice in part.split("|") for word in words_of(choice)]


def lacking(wanted: Words, texts: Sequence[str]) -> str:
    """Why none of the texts is as wanted; empty when one is, and none has what must not be there."""
    if wanted.lacks is not None:
        having = next((text for text in texts if contains(text, wanted.lacks)), None)
        if having is not None:
            return f"it has {wanted.lacks!r}: {_shown([having])}"
    if wanted.equals is None and wanted.contains is None and wanted.matches is None:
        return ""
    if any(_fits(wanted, text) for text in texts):
        return ""
    return f"it was {_shown(texts)}" if texts else "there was none"


def _fits(wanted: Words, text: str) -> bool:
    if wanted.equals is not None:
        allowed = float(wanted.wrong_words or 0)
        if wanted.word_errors is not None:
            allowed = max(allowed, wanted.word_errors * len(words_of(wanted.equals)))
        if wrong_words(wanted.equals, text) > allowed:
            return False
    if wanted.contains is not None and not contains(text, wanted.contains):
        return False
    return wanted.matches is None or matches(text, wanted.matches)


def _shown(texts: Sequence[str]) -> str:
    return " and ".join(f"“{text[:200]}”" for text in texts[:3])


def described(wanted: Words) -> str:
    """What is wanted, for a table."""
    parts: list[str] = []
    if wanted.equals is not None:
        parts.append(f"is “{wanted.equals}”")
        if wanted.wrong_words is not None:
            parts.append(f"with at most {wanted.wrong_words} wrong words")
        if wanted.word_errors is not None:
            parts.append(f"with at most {wanted.word_errors:.0%} of its words wrong")
    parts += [f"contains “{wanted.contains}”"] if wanted.contains is not None else []
    parts += [f"is like “{wanted.matches}”"] if wanted.matches is not None else []
    parts += [f"lacks “{wanted.lacks}”"] if wanted.lacks is not None else []
    return " ".join(parts)
