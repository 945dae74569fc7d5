"""What came of a try, in tables and as data. A rule file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from app.cli.asking import Told
from app.cli.chatting.figures import WAITED, dollars, milliseconds
from app.cli.chatting.sessions import one_line
from app.cli.trying.plan import Way

ANSWER = 300
"""Characters of an answer in a table."""
MIB = 1 << 20
KNOWN = "*"
"""Stands behind a first token for which hardly anything had to be read."""


@dataclass(frozen=True, slots=True)
class Run:
    """One prompt answered in one way. memory: bytes that the process has then; error: what went wrong
    instead."""

    way: Way
    prompt: str
    told: Told | None = None
    memory: int = 0
    error: str = ""


COLUMNS = ("model", "first token", "tok/s", "tokens", "memory", "answer")
SUMMARY = ("model", "answers", "first token", "tok/s", "tokens", "cost", "memory")


def row(run: Run) -> tuple[str, ...]:
    """As COLUMNS."""
    told = run.told
    if told is None:
        return run.way.title, "", "", "", "", f"! {run.error}"
    first = milliseconds(told.first_token_ms) + (f" {KNOWN}" if known(run) else "")
    if told.queue_ms >= WAITED:
        first += f" ({milliseconds(told.queue_ms)} of them in line)"
    figures = _speed(told.tokens_per_second), f"{told.completion_tokens:,}", mebibytes(run.memory)
    return run.way.title, first, *figures, one_line(told.text, ANSWER)


def known(run: Run) -> bool:
    """Had the engine read most of the prompt before, so that its first token says little?"""
    return run.told is not None and 2 * run.told.cached_tokens > run.told.prompt_tokens


def summary(runs: Sequence[Run]) -> list[tuple[str, ...]]:
    """As SUMMARY: for each way the median of its answers, what they cost together, the most memory."""
    rows: list[tuple[str, ...]] = []
    for way in dict.fromkeys(run.way for run in runs):
        mine = [run for run in runs if run.way == way]
        told = [run.told for run in mine if run.told is not None]
        answers = f"{len(told)}/{len(mine)}"
        if not told:
            rows.append((way.title, answers, "", "", "", "", ""))
            continue
        speeds = [one.tokens_per_second for one in told if one.tokens_per_second] or [0.0]
        cost = sum(one.cost for one in told)
        rows.append(
            (
                way.title,
                answers,
                milliseconds(median(one.first_token_ms for one in told)),
                _speed(median(speeds)),
                f"{sum(one.completion_tokens for one in told):,}",
                dollars(cost) if cost else "",
                mebibytes(max(run.memory for run in mine)),
            )
        )
    return rows


def plain(run: Run) -> dict[str, Any]:
    """For programs. queue_ms: until its turn came; it, first_token_ms and tokens_per_second: as the service
    measured; memory: bytes."""
    told = run.told
    values = {name: int(value) if value.is_integer() else value for name, value in run.way.values}
    asked = {"model": run.way.model, "parameters": values, "prompt": run.prompt}
    if told is None:
        return {**asked, "error": run.error}
    return {
        **asked,
        "answer": told.text,
        "finish": told.finish,
        "answered_by": f"{told.provider}:{told.model}" if told.provider else told.model,
        "queue_ms": round(told.queue_ms, 1),
        "first_token_ms": round(told.first_token_ms, 1),
        "tokens_per_second": round(told.tokens_per_second, 2),
        "prompt_tokens": told.prompt_tokens,
        "cached_tokens": told.cached_tokens,
        "completion_tokens": told.completion_tokens,
        "cost": told.cost,
        "memory": run.memory,
    }


def mebibytes(size: int) -> str:
    """ "744 MiB"; empty where it is not known."""
    return f"{size / MIB:,.0f} MiB" if size else ""


def _speed(value: float) -> str:
    return f"{value:.1f}" if value else ""
