"""What Solo asked before it does something, and whether the person said yes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.events.llm import ToolCall
from app.events.tools import Tool
from app.kernel.clock import Clock
from app.sayings.languages import sayings

Verdict: TypeAlias = Literal["yes", "no", "other"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that waits for a yes. turn: in which it was asked; ticket: carries it out."""

    call: ToolCall
    tool: Tool | None
    ticket: str
    turn: str
    at: float


class Consents:
    """One open question for each dialogue, for a while."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._open: dict[tuple[str, str], Asked] = {}

    def ask(
        self, owner: str, dialogue: str, turn: str, call: ToolCall, tool: Tool | None, ticket: str
    ) -> None:
        """The person is asked now."""
        self._open = {key: asked for key, asked in self._open.items() if self._fresh(asked)}
        self._open[owner, dialogue] = Asked(call, tool, ticket, turn, self._clock.monotonic())

    def open(self, owner: str, dialogue: str) -> Asked | None:
        """What was asked last, if it may still be answered."""
        asked = self._open.get((owner, dialogue))
        return asked if asked is not None and self._fresh(asked) else None

    def settle(self, owner: str, dialogue: str, turn: str) -> None:
        """A later turn is over: whatever was said in it, the question is no longer open."""
        asked = self._open.get((owner, dialogue))
        if asked is not None and asked.turn != turn:
            del self._open[owner, dialogue]

    def _fresh(self, asked: Asked) -> bool:
        return self._clock.monotonic() - asked.at <= self._seconds


def verdict(text: str, language: str | None) -> Verdict:
    """What somebody answers who was asked whether to do something."""
    known = sayings(language)
    consent = known.consent
    words = re.findall(r"[\w']+", text.lower().replace("\u2019", "'"))
    polite = known.courtesies - consent.no
    plain = {
        " ".join(words),
        " ".join(word for word in words if word not in polite),
        " ".join(word for word in words if word not in polite - consent.yes),
    }
    if plain & consent.no:
        return "no"
    return "yes" if plain & consent.yes else "other"
