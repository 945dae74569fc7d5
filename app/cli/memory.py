"""`solo memory`: search what is remembered, or have it forgotten."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from app.cli import output
from app.cli.reach import OwnSolo, reached
from app.kernel.errors import BadInput, NotFound, UserError

if TYPE_CHECKING:
    from app.api.client import SoloClient
    from app.config.settings import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
MOST = 200
"""Lines that a search gives at most."""


@dataclass(frozen=True, slots=True)
class Line:
    """A remembered line."""

    id: str
    text: str
    created_at: str
    score: float


@app.callback()
def root() -> None:
    """Search what Solo remembers, or make it forget."""


@app.command()
def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What it is about.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=MOST, help="Show at most so many.")] = 12,
    json: Json = False,
) -> None:
    """Show what is remembered about something, best first."""
    from app.cli.words import printable, readable

    settings = output.settings_of(context)
    with _memory(settings) as memory:
        lines = memory.search(readable(text, settings), limit)
    if json:
        output.print_json([_plain(line) for line in lines])
    elif lines:
        screen = output.console()
        for line in lines:
            said = line.created_at[:16].replace("T", " ")
            screen.print(f"{line.id}  {said}  {printable(line.text)}", markup=False)
    else:
        output.console().print("Nothing is remembered about that.")


@app.command()
def forget(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids from a search.")] = None,
    matching: Annotated[
        str, typer.Option("--matching", metavar="TEXT", help="Every line that holds this text.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether it is meant.")] = False,
    json: Json = False,
) -> None:
    """Forget lines for good. The conversations in which they were said keep them in their history."""
    from app.cli.words import readable

    if bool(ids) == bool(matching):
        raise BadInput("Give either ids or --matching TEXT.", hint="Find ids: solo memory search TEXT")
    settings = output.settings_of(context)
    with _memory(settings) as memory:
        if matching:
            lines = _holding(readable(matching, settings), memory)
            ids = [line.id for line in lines]
            if not yes:
                _confirm(lines, json=json)
        count = memory.forget(ids or [])
    if not count and not matching:
        raise NotFound("No memory has that id.", hint="Find ids: solo memory search TEXT")
    if json:
        output.print_json({"forgotten": count, "ids": ids})
    else:
        output.console().print(
            f"Forgotten: {count}. The conversations in which it was said still have it in their history."
            if count
            else "Nothing that is remembered holds that text."
        )


def _holding(text: str, memory: Memory) -> list[Line]:
    wanted = text.casefold()
    return [line for line in memory.search(text, MOST) if wanted in line.text.casefold()]


def _confirm(lines: Sequence[Line], *, json: bool) -> None:
    """Raises UserError unless the person at the terminal says yes."""
    import sys

    from app.cli.words import printable

    if not lines:
        return
    screen = output.console(stderr=json)
    for line in lines:
        screen.print(f"  {printable(line.text)}", markup=False)
    if not sys.stdin.isatty():
        raise BadInput(f"{len(lines)} memories would be forgotten.", hint="Say that it is meant: --yes")
    if not typer.confirm(f"Forget these {len(lines)}?", err=True):
        raise UserError("Nothing was forgotten.")


def _plain(line: Line) -> dict[str, str | float]:
    return {"id": line.id, "text": line.text, "created_at": line.created_at, "score": line.score}


class Memory(Protocol):
    """What searches and forgets."""

    def search(self, text: str, limit: int) -> list[Line]: ...

    def forget(self, ids: Sequence[str]) -> int: ...


@contextmanager
def _memory(settings: Settings) -> Generator[Memory]:
    """That of the Solo that runs, else one started for this."""
    if not settings.memory.enabled:
        raise BadInput("Memory is switched off.", hint="Switch it on: SOLO_MEMORY__ENABLED=true")
    with reached(settings, {"memory"}, _Remote, _Own) as memory:
        yield memory


class _Remote:
    def __init__(self, client: SoloClient) -> None:
        self._client = client

    def search(self, text: str, limit: int) -> list[Line]:
        found = self._client.memory_search(text, limit=limit).memories
        return [Line(one.id, one.text, one.created_at, one.score) for one in found]

    def forget(self, ids: Sequence[str]) -> int:
        return self._client.memory_forget(ids) if ids else 0


class _Own:
    def __init__(self, solo: OwnSolo) -> None:
        self._solo = solo

    def search(self, text: str, limit: int) -> list[Line]:
        from app.events.memory import RecalledEvent, RecallEvent

        found = self._solo.request(RecallEvent(query=text, limit=limit, loose=True), RecalledEvent)
        return [Line(one.id, one.text, one.created_at, one.score) for one in found.memories]

    def forget(self, ids: Sequence[str]) -> int:
        from app.events.memory import ForgetEvent, ForgottenEvent

        return self._solo.request(ForgetEvent(ids=tuple(ids)), ForgottenEvent).count
