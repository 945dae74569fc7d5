"""What the pretended model behind a loopback server says: words are tokens, everything is countable."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

TOKEN = re.compile(r"\s*\S+")
ANSWER = {"city": "Oslo", "days": 3}


@dataclass(frozen=True)
class Ask:
    """A request, whatever wire it came by. forced: a tool must be called; shape: wants JSON;
    held: what was read is to be held for the next time (None: it always is, and costs nothing)."""

    prompt: str
    last: str
    max_tokens: int
    stop: Sequence[str] = ()
    tools: Sequence[str] = ()
    forced: bool = False
    shape: bool = False
    alternatives: int | None = None
    held: bool | None = None


@dataclass(frozen=True)
class Said:
    """The answer. finish: stop, length or tool_calls; kept_tokens: newly held, where that is paid for."""

    tokens: list[str]
    finish: str
    prompt_tokens: int
    cached_tokens: int
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    alternatives: int | None = None
    kept_tokens: int = 0

    @property
    def completion_tokens(self) -> int:
        return len(self.tokens) + 5 * len(self.calls)


class TooLong(Exception):
    """The prompt does not fit; it has so many tokens."""


class Brain:
    """Counts. Remembers every prompt, as a provider that caches prefixes does. delay: s for each token."""

    def __init__(self, context: int = 2048) -> None:
        self.context = context
        self._seen: list[list[str]] = []

    def say(self, ask: Ask) -> Said:
        prompt = TOKEN.findall(ask.prompt)
        if len(prompt) > self.context:
            raise TooLong(str(len(prompt)))
        cached = max((_common(prompt, old) for old in self._seen), default=0) if ask.held is not False else 0
        kept = len(prompt) - cached if ask.held else 0
        if ask.held is not False:
            self._seen.append(prompt)
        if ask.tools and (ask.forced or "weather" in ask.last):
            cities = ["Oslo", "Rome"] if "both" in ask.last else ["Oslo"]
            calls = [(f"call{n}a2b3c4"[:9], ask.tools[0], {"city": city}) for n, city in enumerate(cities)]
            return Said([], "tool_calls", len(prompt), cached, calls, kept_tokens=kept)
        text = json.dumps(ANSWER) if ask.shape else _counting(ask.last)
        ends = [at for mark in ask.stop if mark and (at := text.find(mark)) >= 0]
        tokens = TOKEN.findall(text[: min(ends)] if ends else text)
        finish = "length" if len(tokens) > ask.max_tokens else "stop"
        told = tokens[: ask.max_tokens]
        return Said(told, finish, len(prompt), cached, alternatives=ask.alternatives, kept_tokens=kept)


def _counting(last: str) -> str:
    return " ".join(f"number-{n}" for n in range(1, 1500 if "thousand" in last else 40))


def _common(one: list[str], other: list[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
