"""Requests about timers into timers, and timers into what is shown of them.

A rule file.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from app.events import skills as events
from app.kernel.errors import BadInput
from app.skills.timers.timer import Timer
from app.skills.when import following

MOST: Final = 200
"""Timers that one person may have at a time."""
LONGEST_NAME: Final = 300
LONGEST: Final = timedelta(days=5 * 366)


def made(asked: events.SetTimerEvent, key: str, now: datetime, zone: tzinfo | None, *, others: int) -> Timer:
    """What is to be set. Raises BadInput."""
    if others >= MOST:
        raise BadInput(f"There are {others} timers already.", hint="Cancel some of them.")
    if len(asked.name) > LONGEST_NAME:
        raise BadInput(f"The name has {len(asked.name)} characters; at most {LONGEST_NAME} are kept.")
    if sum((asked.seconds is not None, asked.due_at is not None, bool(asked.days))) != 1:
        raise BadInput("Say when: give one of seconds, due_at, and days with at.")
    due, days, at = _due(asked, now, zone)
    if not now < due <= now + LONGEST:
        raise BadInput("That time is over, or too far away.")
    name = "".join(character for character in asked.name if character.isprintable()).strip()
    return Timer(key, asked.owner, asked.kind, name, due, asked.seconds or 0, days, at)


def _due(
    asked: events.SetTimerEvent, now: datetime, zone: tzinfo | None
) -> tuple[datetime, tuple[int, ...], str]:
    if asked.seconds is not None:
        if not 0 < asked.seconds <= LONGEST.total_seconds():
            raise BadInput(f"{asked.seconds} seconds are no time to wait.")
        return now + timedelta(seconds=asked.seconds), (), ""
    try:
        if asked.due_at is not None:
            due = datetime.fromisoformat(asked.due_at)
            if due.tzinfo is None:
                raise BadInput(
                    f"{asked.due_at} names no time zone.", hint="Write it as 2026-12-24T18:00:00+01:00"
                )
            return due.astimezone(UTC), (), ""
        at = f"{datetime.strptime(asked.at, '%H:%M'):%H:%M}"  # noqa: DTZ007  (a time of day has no zone)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"{asked.due_at or asked.at!r} is no time.") from error
    days = tuple(sorted(set(asked.days)))
    if not set(days) <= set(range(7)):
        raise BadInput("Weekdays are counted from 0, Monday, to 6.")
    return following(days, at, now, zone), days, at


def shown(timer: Timer, now: datetime, *, ringing: bool) -> events.Timer:
    """As it is told to others."""
    return events.Timer(
        id=timer.id,
        kind=timer.kind,
        name=timer.name,
        due_at=timer.due.isoformat(),
        left_seconds=round(max(0.0, (timer.due - now).total_seconds()), 3),
        seconds=timer.seconds,
        days=timer.days,
        at=timer.at,
        ringing=ringing,
    )
