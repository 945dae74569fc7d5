"""Which tools bear on what somebody said.

A rule file. Words in common count by where they stand (name, description, parameters) and by how few
tools have them; vectors say how near the meaning is, where there are any. Every tool that is offered costs
the model tokens, and a small model uses what it is offered, so when nothing fits, nothing is offered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from app.events.tools import Tool

NAME, DESCRIPTION, PARAMETER = 1.0, 0.7, 0.3
"""What a word in common counts, by where the tool has it."""
_FILLING = """
a about after again all also am an and any are as at based be been but by can could current d did do
does doing done for from get give given good had has have he her here hey him his how i if im in into is
it its just let like ll m make may me might more most my new no not now of off on one or other our out
over person please re s say set shall she should so solo some specific such t tell than that the their
them then there these they thing things this those to too up us use user using ve very want was we well
were what when where which who whom whose why will with would yes you your
"""
_STOP: Final = frozenset(_FILLING.split())
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+|\d+")
_CALLED = re.compile(r"^\s*(hey|hi|hello|okay|ok)\s+\w+\s*[,.!:;]\s*", re.IGNORECASE)
_PLAIN = re.compile(r"[^\W\d_]+")
_ENDINGS: Final = ("ings", "ing", "edly", "ied", "ies", "ed", "es", "s")
_LONGEST_STEM: Final = 6
_SHORTEST: Final = 3


def asked_for(said: str) -> str:
    """What somebody said, without "Hey Jarvis," before it, which is near to whatever is about a voice."""
    return _CALLED.sub("", said, count=1) or said


def stem(word: str) -> str:
    """A word without its ending, so that "lights" is "light" and "shopping" is "shop"."""
    for ending in _ENDINGS:
        left = word.removesuffix(ending)
        if left != word and len(left) >= _SHORTEST:
            if ending in ("ies", "ied"):
                left += "y"
            elif ending == "es" and not left.endswith(("s", "x", "z", "ch", "sh")):
                left += "e"
            elif ending in ("ing", "ings", "ed") and left[-1] == left[-2] and left[-1] not in "sle":
                left = left[:-1]
            word = left
            break
    return word[:_LONGEST_STEM].removesuffix("e") if len(word) > _SHORTEST else word


def stems(text: str) -> frozenset[str]:
    """Of the words that tell something."""
    found = [word.casefold() for word in _PLAIN.findall(text.replace("'", " ").replace("\u2019", " "))]
    return frozenset(stem(word) for word in found if word not in _STOP and len(word) > 1)


@dataclass(frozen=True, slots=True)
class Profile:
    """The words of a tool, and the text that stands for its meaning."""

    name: frozenset[str]
    description: frozenset[str]
    parameters: frozenset[str]
    text: str

    @classmethod
    def of(cls, tool: Tool) -> Profile:
        """Read from its description."""
        name = " ".join(_WORD.findall(tool.name))
        given = _parameters(tool.parameters)
        text = f"{name}: {tool.description[:400]}"
        return cls(stems(name), stems(tool.description[:1000]), stems(given), text)

    def weight(self, word: str) -> float:
        """What it counts that this stem is among them."""
        if word in self.name:
            return NAME
        if word in self.description:
            return DESCRIPTION
        return PARAMETER if word in self.parameters else 0.0


def _parameters(schema: str) -> str:
    """Names and choices of the parameters."""
    try:
        read: Any = json.loads(schema[:100_000])
    except (ValueError, RecursionError):
        return ""
    properties: Any = cast(dict[str, Any], read).get("properties") if isinstance(read, dict) else None
    if not isinstance(properties, dict):
        return ""
    words: list[str] = []
    for name, rule in cast(dict[str, Any], properties).items():
        words += _WORD.findall(name)
        choices: Any = cast(dict[str, Any], rule).get("enum") if isinstance(rule, dict) else None
        if isinstance(choices, list):
            words += [str(choice)[:40] for choice in cast(list[Any], choices)[:20]]
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class Measure:
    """How well a tool fits: its cosine with what was said, and so much for each word in common (up to `most`
    words). What reaches `least` is offered, unless it is `behind` the best by more. Where there are no
    vectors: what reaches `words_alone`, and this part of the best."""

    word: float = 0.1
    most: float = 2.0
    least: float = 0.6
    behind: float = 0.16
    words_alone: float = 0.7
    of_best: float = 0.5


MEASURE: Final = Measure()
"""Chosen by `tests/toolsentences.py`; see docs/decisions/0036-tools.md."""


def fitting(
    query: str,
    tools: Sequence[tuple[Tool, Profile]],
    limit: int,
    *,
    near: Mapping[str, float] | None = None,
    measure: Measure = MEASURE,
) -> list[Tool]:
    """Those that bear on the query, best first. near: cosine of the query with the text of each profile,
    by that text; None: not known."""
    asked = stems(query)
    found: list[tuple[float, str, Tool]] = []
    for tool, profile in tools:
        words = sum(profile.weight(word) for word in asked)
        score = words if near is None else _score(words, near.get(profile.text), measure)
        found.append((-score, tool.name, tool))
    found.sort(key=lambda one: one[:2])
    best = -found[0][0] if found else 0.0
    if near is None:
        least = max(measure.words_alone, measure.of_best * best)
    else:
        least = max(measure.least, best - measure.behind)
    return [tool for score, _, tool in found if -score >= least][:limit]


def _score(words: float, cosine: float | None, measure: Measure) -> float:
    if cosine is None:  # it came a moment ago, and has no vector yet
        cosine = measure.least - measure.word * measure.words_alone if words >= measure.words_alone else 0.0
    return cosine + measure.word * min(words, measure.most)
