"""A time as a model writes it: "07:30", "tomorrow at 7 pm", "in 20 minutes", "2026-12-24 18:00".

A rule file.
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import Any, Final

from app.kernel.errors import BadInput
from app.skills.english.durations import whole
from app.skills.english.times import when
from app.skills.english.words import tokenize
from app.skills.when import resolve, to_utc

LONGEST: Final = 100
_SECONDS = re.compile(r"\b(\d{1,2}:\d{2}):\d{2}(?:\.\d+)?\b")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def moment(said: str, now: datetime, zone: tzinfo | None, *, morning: bool) -> dict[str, Any]:
    """How SetTimerEvent says when: `seconds`, `due_at`, or `days` and `at`. Raises BadInput."""
    said = said.strip()
    if len(said) > LONGEST:
        raise BadInput("That is no time.")
    if _ISO.match(said):
        return {"due_at": _dated(said, zone).isoformat()}
    words = [token.text for token in tokenize(_SECONDS.sub(r"\1", said))]
    if seconds := whole(words):
        return {"seconds": seconds}
    meant = when(words)
    if meant is None or not meant.timed:
        raise BadInput(f'{said[:40]!r} is not understood. Write it as "07:30" or "tomorrow 7 pm".')
    if meant.seconds is not None:
        return {"seconds": meant.seconds}
    found = resolve(meant, now, zone, morning=morning)
    if found is None:
        raise BadInput("That time is already over.")
    if found.days:
        return {"days": found.days, "at": found.at}
    return {"due_at": found.due.isoformat()}


def _dated(said: str, zone: tzinfo | None) -> datetime:
    try:
        due = datetime.fromisoformat(said)
    except ValueError as error:
        raise BadInput(f"{said[:40]!r} is no date and time. Write it as 2026-12-24 18:00.") from error
    if len(said) == len("2026-12-24"):
        raise BadInput("Say at what time of that day.")
    return to_utc(due, zone) if due.tzinfo is None else due
