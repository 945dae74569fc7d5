"""What can be typed in `solo chat` besides words: a table, and what is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

from app.kernel.errors import BadInput

Kind = Literal["", "model", "provider", "role", "session", "setting", "file", "switch"]


@dataclass(frozen=True, slots=True)
class Command:
    """usage: what follows the name; kind: what completes it."""

    usage: str
    help: str
    kind: Kind = ""


COMMANDS: Final[dict[str, Command]] = {
    "/new": Command("", "begin a new conversation"),
    "/sessions": Command("[NUMBER]", "list your conversations, the latest first"),
    "/resume": Command("NUMBER|NAME", "go on with one of them", "session"),
    "/name": Command("[NAME]", "give this conversation a name; - takes it away"),
    "/delete": Command("[NUMBER|NAME] [--yes]", "delete a conversation for good (this one)", "session"),
    "/search": Command("WORDS", "find what was said earlier"),
    "/model": Command("[NAME]", "another model for this chat; - as before", "model"),
    "/provider": Command("[NAME]", "a model of this provider for this chat", "provider"),
    "/role": Command("[ROLE [MODEL]]", "who answers here, or, with a model, for everybody", "role"),
    "/system": Command("[TEXT]", "what the model is told about itself; - as before"),
    "/set": Command("[NAME [VALUE]]", "parameters of this chat; - as before", "setting"),
    "/attach": Command("[FILE]", "put a text file into your next message", "file"),
    "/detach": Command("", "leave the attached files out again"),
    "/stream": Command("[on|off]", "show answers while they are written, or when they are whole", "switch"),
    "/cost": Command("", "tokens and cost of this chat so far"),
    "/help": Command("", "show this"),
    "/quit": Command("", "leave (or Ctrl+D)"),
}

KEYS: Final = """\
Enter sends; Alt+Enter, or a backslash at the end of the line, begins a new line.
While Solo answers Esc or Ctrl+C stops it. Tab completes, Ctrl+R looks through what you typed.
A blank in front of a / says it instead of doing it."""

_NAMED: Final = re.compile(r"(/[a-z][a-z-]*)(?:\s+(.*))?", re.DOTALL)


def parsed(line: str) -> tuple[str, str] | None:
    """A command's name and what follows it; None for words that are to be said.

    Raises BadInput for a command that there is not, with the nearest.
    """
    found = _NAMED.fullmatch(line.rstrip())
    if found is None:
        return None
    name = found[1]
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, n=1)
        hint = f"Did you mean {near[0]}?" if near else "/help shows them; a blank in front says it."
        raise BadInput(f"There is no command {name}.", hint=hint)
    return name, (found[2] or "").strip()


def help_lines() -> list[tuple[str, str]]:
    """How each is typed, and what it does."""
    return [(f"{name} {command.usage}".rstrip(), command.help) for name, command in COMMANDS.items()]


def joined(lines: Iterable[str]) -> Iterator[str]:
    """Lines as they are meant: one that ends in a backslash goes on in the next."""
    begun: list[str] = []
    for line in lines:
        bare = line.rstrip("\r\n")
        if goes_on(bare):
            begun.append(bare[:-1])
        else:
            yield "\n".join((*begun, bare))
            begun = []
    if begun:
        yield "\n".join(begun)


def goes_on(text: str) -> bool:
    """Does it end in one backslash, and not in one that was written as two?"""
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1
