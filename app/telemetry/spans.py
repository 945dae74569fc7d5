"""A turn of the ledger as a trace: one span for the turn, and in it one for each of its stages.

A rule file. Ids follow from the turn's own, so a trace can be found by what /status shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from app.events.system import TurnTracedEvent

TURN = "turn"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span. start, end: nanoseconds since 1970; id: 64 bits; parent: None for the turn itself."""

    name: str
    id: int
    parent: int | None
    start: int
    end: int
    attributes: dict[str, str | float]


@dataclass(frozen=True, slots=True)
class Trace:
    """All spans of a turn, the turn first. id: 128 bits."""

    id: int
    spans: tuple[Stretch, ...]


def trace_of(event: TurnTracedEvent, began: int) -> Trace:
    """began: when its first stage did, in nanoseconds since 1970."""
    turn = event.turn or ""
    root = _span_id(turn, TURN)
    whole: dict[str, str | float] = {
        "solo.turn": turn,
        "solo.channel": event.channel,
        "solo.tokens_per_second": event.tokens_per_second,
    }
    spans = [Stretch(TURN, root, None, began, began + _nanoseconds(event.total_ms), whole)]
    spans += [
        Stretch(
            span.name,
            _span_id(turn, span.name),
            root,
            began + _nanoseconds(span.start_ms),
            began + _nanoseconds(span.end_ms),
            {"solo.channel": event.channel},
        )
        for span in event.spans
    ]
    return Trace(_trace_id(turn), tuple(spans))


def _trace_id(turn: str) -> int:
    """The turn's own id, which has 128 bits; anything else is made into as many."""
    try:
        given = int(turn, 16) if len(turn) == 32 else 0
    except ValueError:
        given = 0
    return given or int.from_bytes(sha256(turn.encode()).digest()[:16])


def _span_id(turn: str, name: str) -> int:
    return int.from_bytes(sha256(f"{turn}/{name}".encode()).digest()[:8]) or 1


def _nanoseconds(milliseconds: float) -> int:
    return round(milliseconds * 1_000_000)
