"""When something is: `2.5`, `800 ms`, `after the answer begins + 1.5 s`.

A rule file: text in, a moment out; and a moment and what happened so far in, a sample out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from app.voice.audio.frames import RATE

Anchor: TypeAlias = Literal["start", "answer", "wake", "interruption", "step"]
Edge: TypeAlias = Literal["begins", "ends"]

FORMS: Final = (
    "2.5 s, 800 ms, “after the answer begins + 1.5 s”, “after answer 2 ends”, “after the wake word”, "
    "“after the interruption”, or “after NAME ends + 300 ms” with the name of a step"
)
LONGEST: Final = 600.0
_NUMBER: Final = r"(?P<number>\d{1,6}(?:\.\d{1,6})?)\s*(?P<unit>ms|s)?"
_ABSOLUTE: Final = re.compile(_NUMBER)
_RELATIVE: Final = re.compile(
    r"(?:after\s+)?(?:the\s+)?(?P<what>answer|wake word|interruption|[a-z][a-z0-9_-]{0,39})"
    r"(?:\s+(?P<which>\d{1,3}))?(?:\s+(?P<edge>begins|ends))?(?:\s*(?P<sign>[+-])\s*" + _NUMBER + ")?"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """So many samples after something. which: the n-th of its kind, None: the first that fits."""

    anchor: Anchor
    plus: int
    edge: Edge = "begins"
    which: int | None = None
    step: str = ""
    text: str = ""


def parse_moment(value: Any) -> Moment:
    """Read a moment. Raises ValueError with the forms that there are."""
    if isinstance(value, Moment):
        return value
    text = " ".join(str(value).split())
    if absolute := _ABSOLUTE.fullmatch(text):
        return Moment("start", _samples(absolute), text=text)
    match = _RELATIVE.fullmatch(text) if len(text) <= 120 else None
    if match is None or isinstance(value, bool):
        raise ValueError(f"{text[:80]!r} is no moment; write {FORMS}")
    return _relative(match, text)


def _relative(match: re.Match[str], text: str) -> Moment:
    what, edge = match["what"], match["edge"]
    which = int(match["which"]) if match["which"] else None
    plus = _samples(match) if match["number"] else 0
    if match["sign"] == "-":
        plus = -plus
    anchors: dict[str, Anchor] = {"answer": "answer", "wake word": "wake", "interruption": "interruption"}
    anchor = anchors.get(what, "step")
    if anchor in ("answer", "step") and edge is None:
        raise ValueError(f"{text!r} does not say whether it begins or ends")
    if anchor in ("wake", "interruption") and edge is not None:
        raise ValueError(f"{text!r}: the {what} is a moment, it neither begins nor ends")
    if which == 0 or (which is not None and anchor == "step"):
        raise ValueError(f"{text!r} counts wrongly: answer 1 is the first, and steps have names")
    if edge not in ("begins", "ends"):
        edge = "begins"
    return Moment(anchor, plus, edge, which, what if anchor == "step" else "", text)


def _samples(match: re.Match[str]) -> int:
    seconds = float(match["number"]) / (1000 if match["unit"] == "ms" else 1)
    if seconds > LONGEST:
        raise ValueError(f"{match.string!r} is more than {LONGEST:.0f} s")
    return round(seconds * RATE)


@dataclass(slots=True)
class Stretch:
    """From where to where something was heard, in samples of the microphone; end None: not over."""

    begin: int
    end: int | None = None


@dataclass(slots=True)
class Happened:
    """What has happened so far. steps: by name, where their voiced part lies."""

    answers: list[Stretch] = field(default_factory=list[Stretch])
    wakes: list[int] = field(default_factory=list[int])
    interruptions: list[int] = field(default_factory=list[int])
    steps: dict[str, Stretch] = field(default_factory=dict[str, Stretch])


def sample_of(moment: Moment, happened: Happened, since: int = 0) -> int | None:
    """Where the moment is; None when what it counts from has not happened. since: `the answer`, `the
    wake word` and so on are the first from there on."""
    at = _anchor(moment, happened, since)
    return None if at is None else max(0, at + moment.plus)


def _anchor(moment: Moment, happened: Happened, since: int) -> int | None:
    match moment.anchor:
        case "start":
            return 0
        case "step":
            return _edge(happened.steps.get(moment.step), moment.edge)
        case "answer":
            which = _chosen([a.begin for a in happened.answers], moment.which, since)
            return None if which is None else _edge(happened.answers[which], moment.edge)
        case "wake" | "interruption":
            points = happened.wakes if moment.anchor == "wake" else happened.interruptions
            which = _chosen(points, moment.which, since)
            return None if which is None else points[which]


def _chosen(begins: Sequence[int], which: int | None, since: int) -> int | None:
    if which is not None:
        return which - 1 if which <= len(begins) else None
    return next((number for number, begin in enumerate(begins) if begin >= since), None)


def _edge(stretch: Stretch | None, edge: Edge) -> int | None:
    if stretch is None:
        return None
    return stretch.begin if edge == "begins" else stretch.end
