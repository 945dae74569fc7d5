"""Who may use which tool. A rule file."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from app.config.tools import PersonTools


def may(people: Mapping[str, PersonTools], owner: str, tool: str) -> bool:
    """Whoever is not named may use everything; else what is allowed and not denied."""
    person = people.get(owner)
    if person is None:
        return True
    return _fits(tool, person.allow) and not _fits(tool, person.deny)


def _fits(tool: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(tool, pattern) for pattern in patterns)
