"""Which timer is meant: by its name, its kind, its length, its id, or all.

A rule file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.events.skills import Timer, TimerKind
from app.skills.english.durations import whole
from app.skills.english.words import tokenize

KINDS: Final[dict[str, TimerKind]] = {
    "timer": "timer",
    "timers": "timer",
    "alarm": "alarm",
    "alarms": "alarm",
    "reminder": "reminder",
    "reminders": "reminder",
}
FILLING: Final = frozenset(
    ("the", "my", "all", "every", "each", "of", "them", "everything", "any", "a", "an")
)

EVERY: Final = frozenset(("all", "every", "each", "everything", "them", "timers", "alarms", "reminders"))


def means_all(which: str) -> bool:
    """Are all meant that fit?"""
    return any(token.text in EVERY for token in tokenize(which))


def picked(which: str, timers: Sequence[Timer]) -> list[Timer]:
    """Those that these words mean; all of them when they say nothing."""
    by_id = [one for one in timers if one.id == which.strip()]
    if by_id:
        return by_id
    words = [token.text for token in tokenize(which)]
    kinds = {KINDS[word] for word in words if word in KINDS}
    rest = [word for word in words if word not in KINDS and word not in FILLING]
    found = [one for one in timers if not kinds or one.kind in kinds]
    if not rest:
        return found
    seconds = whole(rest)
    if seconds and (of_length := [one for one in found if one.seconds == seconds]):
        return of_length
    wanted = {*rest}
    named = [one for one in timers if wanted <= {*_words(one.name)}]
    exact = [one for one in named if {*_words(one.name)} == wanted]
    return exact or named


def _words(name: str) -> list[str]:
    return [token.text for token in tokenize(name)]
