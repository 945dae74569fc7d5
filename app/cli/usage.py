"""`solo llm usage`: what answers cost, as lines of a table."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.cli.reach import OwnSolo, reached
from app.events.llm import ReadUsageEvent, Usage, UsageEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.api.client import SoloClient
    from app.config.settings import Settings

COLUMNS = ("day", "role", "model", "answers", "read", "of it held", "written", "dollars")

WORDS = 3
"""Columns of words; the others are numbers."""


@contextmanager
def accounts(settings: Settings) -> Generator[Callable[[int], Sequence[Usage]]]:
    """What reads the last so many days: of the Solo that runs, else of its database."""

    def remote(client: SoloClient) -> Callable[[int], Sequence[Usage]]:
        return lambda days: [Usage(**one.model_dump()) for one in client.usage(days).usage]

    def own(solo: OwnSolo) -> Callable[[int], Sequence[Usage]]:
        return lambda days: solo.request(ReadUsageEvent(days=days), UsageEvent).usage

    with reached(settings, {"usage"}, remote, own) as read:
        yield read


def row(one: Usage) -> tuple[str, ...]:
    """The cells of one line."""
    again = f" ({one.cached_answers} again)" if one.cached_answers else ""
    counts = (one.prompt_tokens, one.cached_tokens, one.completion_tokens)
    dollars = f"{one.cost:.4f}" if one.cost else "-"
    named = f"{one.provider}:{one.model}"
    return (one.day, one.role, named, f"{one.answers}{again}", *(f"{count:,}" for count in counts), dollars)


def lines(rows: Sequence[Usage]) -> list[str]:
    """A head and one line for each, words to the left and numbers to the right."""
    cells = [COLUMNS, *(row(one) for one in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(_aligned(line, widths)).rstrip() for line in cells]


def _aligned(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        cell.ljust(width) if place < WORDS else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]


def total(rows: Sequence[Usage]) -> str:
    """All of it in one line."""
    tokens = sum(one.prompt_tokens + one.completion_tokens for one in rows)
    answers, dollars = sum(one.answers for one in rows), sum(one.cost for one in rows)
    return f"{answers:,} answers, {tokens:,} tokens, {dollars:.4f} dollars"
