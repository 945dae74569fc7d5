"""What may come next in a line that begins with a slash. A rule file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.cli.chatting.commands import COMMANDS, Kind
from app.cli.chatting.wishes import PARAMETERS

ROLES: Final = ("generation", "analysis", "maintenance")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """text: what may stand instead of the last `length` characters; about: shown beside it."""

    text: str
    length: int
    about: str = ""


@dataclass(slots=True)
class Known:
    """What there is to be named: (name, what it is)."""

    models: Sequence[tuple[str, str]] = field(default_factory=tuple)
    providers: Sequence[tuple[str, str]] = field(default_factory=tuple)
    sessions: Sequence[tuple[str, str]] = field(default_factory=tuple)


def suggestions(line: str, known: Known) -> list[Suggestion]:
    """For the text before the cursor; files are not looked for here."""
    name, blank, rest = line.partition(" ")
    if not name.startswith("/") or "\n" in line:
        return []
    if not blank:
        return [
            Suggestion(command, len(name), about.help)
            for command, about in COMMANDS.items()
            if command.startswith(name)
        ]
    if name not in COMMANDS:
        return []
    return _values(COMMANDS[name].kind, rest.lstrip(), known)


def file_begun(line: str) -> str | None:
    """The part of a file's name that stands in the line; None where no file belongs."""
    name, blank, rest = line.partition(" ")
    wanted = name in COMMANDS and COMMANDS[name].kind == "file"
    return rest.lstrip() if blank and wanted else None


def _values(kind: Kind, begun: str, known: Known) -> list[Suggestion]:
    if kind == "role" and " " in begun:
        return _fitting(known.models, begun.partition(" ")[2])
    offered: dict[Kind, Sequence[tuple[str, str]]] = {
        "model": known.models,
        "provider": known.providers,
        "session": known.sessions,
        "role": [(role, "") for role in ROLES],
        "setting": [(name, parameter.help) for name, parameter in PARAMETERS.items()],
        "switch": [("on", ""), ("off", "")],
    }
    return _fitting(offered.get(kind, ()), begun)


def _fitting(offered: Sequence[tuple[str, str]], begun: str) -> list[Suggestion]:
    """Those that begin so first, then those that have it somewhere."""
    low = begun.casefold()
    first = [one for one in offered if one[0].casefold().startswith(low)]
    later = [one for one in offered if low in one[0].casefold() and one not in first]
    return [Suggestion(text, len(begun), about) for text, about in (*first, *later)]
