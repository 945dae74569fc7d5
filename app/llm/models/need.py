"""What a model is wanted for, in words: "smallest that can call tools", "best that fits, 8k context"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from app.kernel.errors import BadInput

Goal = Literal["best", "smallest"]

_SMALLEST = re.compile(r"\b(smallest|small|tiniest|tiny|fastest|quickest|quick|lightest)\b")
_BEST = re.compile(r"\b(best|largest|biggest|cleverest|smartest)\b")
_TOOLS = re.compile(r"\b(tools?|functions?)\b")
_CONTEXT = re.compile(
    r"\b(?:context\W{1,3})?(\d{1,7})\s?(k?)\b(?=\W{0,3}(?:tokens?|context|ctx)\b)|\bcontext\W{1,3}(\d{1,7})\s?(k?)\b"
)
_ROOM = re.compile(r"\b(\d{1,4}(?:\.\d{1,2})?)\s?(gb|gib|mb)\b")
_THINKING = re.compile(r"\b(thinks?|thinking|reasons?|reasoning)\b")
_FILLERS = frozenset(
    """
    a an the that which who can could may call calls calling use uses using with without and or of in into at
    least most model models one fits fit for to is be has have within memory ram vram context token tokens
    window ctx it me my machine here this no than less more up
    """.split()  # noqa: SIM905  (reads better than sixty strings)
)
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Need:
    """goal: which of those that will do. tools: its template must know them. thinking: it must think
    aloud first. context: tokens that it must take. room: bytes that it may take; 0: what is free. words:
    which must stand in its name or family."""

    goal: Goal = "best"
    tools: bool = False
    thinking: bool = False
    context: int = 0
    room: int = 0
    words: tuple[str, ...] = ()


def is_need(text: str) -> bool:
    """Whether a model is meant by what it is for and not by its name: the first word says which of those
    that will do."""
    words = text.lower().removeprefix("the ").split()
    return bool(words) and bool(_SMALLEST.fullmatch(words[0]) or _BEST.fullmatch(words[0]))


def understood(text: str) -> Need:
    """The need that somebody's words say. Raises BadInput for none at all, or more than a sentence."""
    plain = text.strip().lower()
    if not plain or len(plain) > LONGEST:
        raise BadInput(
            "Say in a few words what the model is for.",
            hint='For example: solo models select "smallest that can call tools"',
        )
    context, room = _CONTEXT.search(plain), _ROOM.search(plain)
    rest = plain
    for pattern in (_CONTEXT, _ROOM, _SMALLEST, _BEST, _TOOLS, _THINKING):
        rest = pattern.sub(" ", rest)
    return Need(
        goal="smallest" if _SMALLEST.search(plain) else "best",
        tools=_TOOLS.search(plain) is not None,
        thinking=_THINKING.search(plain) is not None,
        context=_tokens(context),
        room=_bytes(room),
        words=tuple(
            word for word in re.findall(r"[\w.-]+", rest) if word.strip(".-") and word not in _FILLERS
        ),
    )


def _tokens(found: re.Match[str] | None) -> int:
    if found is None:
        return 0
    number, thousands = (found[1], found[2]) if found[1] else (found[3], found[4])
    return int(number) * (1024 if thousands else 1)


def _bytes(found: re.Match[str] | None) -> int:
    if found is None:
        return 0
    return int(float(found[1]) * {"gb": 1e9, "gib": 1 << 30, "mb": 1e6}[found[2]])
