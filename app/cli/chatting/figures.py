"""What an answer cost, in one line. A rule file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.cli.asking import Step, Told

DOT = " · "
WAITED = 10.0
"""Milliseconds in line that are worth a word."""


def figures(told: Told, used: Sequence[Step] = ()) -> str:
    """Tokens, speed, first token, cost where it is known, the tools, and who answered; empty for a skill."""
    if not told.completion_tokens and not told.model:
        return ""
    parts = [counted(told.completion_tokens, "token")]
    if told.prompt_tokens:
        parts.append(_prompt(told))
    if told.tokens_per_second:
        parts.append(f"{told.tokens_per_second:.1f} tok/s")
    if told.first_token_ms:
        waited = f" ({milliseconds(told.queue_ms)} of them in line)" if told.queue_ms >= WAITED else ""
        parts.append(f"first after {milliseconds(told.first_token_ms)}{waited}")
    if told.cost:
        parts.append(dollars(told.cost))
    if told.finish == "length":
        parts.append("cut off at the longest length")
    if used:
        parts.append("used " + ", ".join(map(_used, used)))
    return DOT.join([*parts, *filter(None, [told.model])])


def _prompt(told: Told) -> str:
    read = f"{told.prompt_tokens:,} read"
    return f"{read} ({told.cached_tokens:,} known)" if told.cached_tokens else read


def _used(step: Step) -> str:
    how = "asks" if step.asks else "" if step.ok else "failed"
    return f"{step.tool} ({how})" if how else step.tool


def counted(count: int, noun: str) -> str:
    """ "1 token", "1,200 tokens"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def milliseconds(value: float) -> str:
    """ "210 ms", "3.4 s"."""
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


def dollars(value: float) -> str:
    """With as many places as say something: "$0.0012"."""
    return f"${value:.2f}" if value >= 1 else f"${value:.2g}" if value >= 0.0001 else "under $0.0001"


@dataclass(slots=True)
class Spent:
    """Of all answers so far."""

    answers: int = 0
    read: int = 0
    known: int = 0
    written: int = 0
    cost: float = 0.0

    def add(self, told: Told) -> None:
        """One more."""
        self.answers += 1
        self.read += told.prompt_tokens
        self.known += told.cached_tokens
        self.written += told.completion_tokens
        self.cost += told.cost

    def __str__(self) -> str:
        said = [
            counted(self.answers, "answer"),
            f"{self.read:,} tokens read ({self.known:,} of them known)",
            f"{self.written:,} written",
        ]
        return DOT.join([*said, dollars(self.cost) if self.cost else "no cost known"])
