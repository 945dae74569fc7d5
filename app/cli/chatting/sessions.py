"""Finding a conversation by what a person types for it, and showing it. A rule file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kernel.errors import BadInput, NotFound

SHORT = 8
"""Characters of an id that are shown; more than one conversation hardly ever shares them."""
AROUND = 60
"""Characters of a message that are shown on either side of what was looked for."""


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation of the person."""

    dialogue: str
    name: str
    begins: str
    messages: int
    at: str

    @property
    def title(self) -> str:
        """What it is called, or how it begins."""
        return self.name or one_line(self.begins, AROUND)


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a conversation."""

    dialogue: str
    role: str
    content: str
    at: str


def find(key: str, sessions: Sequence[Session]) -> Session:
    """By its number in the list, its name, or the beginning of its name or id. Raises NotFound, BadInput."""
    wanted = key.strip().casefold()
    named = [one for one in sessions if one.name.casefold() == wanted or one.dialogue == wanted]
    if named:
        return named[0]
    if wanted.isdecimal() and len(wanted) < SHORT:
        number = int(wanted)
        if 1 <= number <= len(sessions):
            return sessions[number - 1]
    near = [
        one
        for one in sessions
        if wanted and (one.name.casefold().startswith(wanted) or one.dialogue.startswith(wanted))
    ]
    if len(near) > 1:
        titles = ", ".join(one.title for one in near[:5])
        raise BadInput(f"{key!r} may be any of these: {titles}.", hint="Say more of it.")
    if not near:
        raise NotFound(f"There is no conversation {key!r}.", hint="/sessions lists them.")
    return near[0]


def when(at: str) -> str:
    """A time of the database (ISO 8601, UTC) on the clock on the wall."""
    try:
        return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return at[:16]


def one_line(text: str, most: int) -> str:
    """The beginning of a text, without line breaks."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def snippet(text: str, words: str) -> str:
    """The part of a message in which the first of the words stands that is in it."""
    flat = " ".join(text.split())
    low = flat.casefold()
    places = [place for word in words.casefold().split() if (place := low.find(word)) >= 0]
    start = max(0, min(places, default=0) - AROUND)
    cut = flat[start : start + 2 * AROUND]
    return f"{'…' if start else ''}{cut}{'…' if start + 2 * AROUND < len(flat) else ''}"
