"""What was really done, as a claim is held against it."""

from __future__ import annotations

from dataclasses import dataclass

from app.events.tools import Effects


@dataclass(frozen=True, slots=True)
class Evidence:
    """A tool or skill that ran. arguments: JSON; result: what it said; ok: it did what it was asked for; now:
    in this turn, so that "Done!" may mean it."""

    name: str
    description: str = ""
    arguments: str = "{}"
    result: str = ""
    ok: bool = True
    effects: Effects = "own"
    now: bool = True
