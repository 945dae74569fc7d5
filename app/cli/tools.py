"""`solo tools`: what the language model may have called, calling it by hand, and the MCP servers."""

from __future__ import annotations

import json as json_
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from app.cli import output
from app.cli.reach import OwnSolo, reached
from app.kernel.errors import BadInput, UserError

if TYPE_CHECKING:
    from app.api.client import SoloClient
    from app.config.settings import Settings
    from app.events.tools import Tool, ToolResultEvent, ToolServer

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def root() -> None:
    """Show the tools that the language model may have called, call one, or show MCP servers."""


@app.command("list")
def list_(
    context: typer.Context,
    query: Annotated[
        list[str] | None, typer.Argument(metavar="[QUERY]...", help="What a person could say.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All of them, which is usual without words.")] = False,
    json: Json = False,
) -> None:
    """Show all tools, or those that the model would be told of for a sentence."""
    words = " ".join(query or [])
    if words and all_:
        raise BadInput("Give either words or --all.")
    settings = output.settings_of(context)
    with _tools(settings) as tools:
        found = tools.all(words, settings.tools.offered)
    if json:
        output.print_json([_plain(one) for one in found])
    elif found:
        rows = [(one.name, one.source, _manners(one), _printable(one.description)) for one in found]
        output.table("", ("tool", "from", "changes", "what it does"), rows)
    else:
        output.console().print("No tool bears on that." if words else "There are no tools.")


@app.command()
def call(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, from the list.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[ARGS]...", help='JSON: {"minutes": 5}, or minutes=5 …')
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether it is meant.")] = False,
    json: Json = False,
) -> None:
    """Call a tool and print what it says."""
    given = _given(arguments or [])
    settings = output.settings_of(context)
    with _tools(settings, name) as tools:
        done = tools.call(name, given, "")
        if done.ticket:
            _confirm(done.question, yes=yes)
            done = tools.call(name, given, done.ticket)
    if json:
        output.print_json(done.model_dump(include={"name", "ok", "text", "code", "effects", "outside"}))
    else:
        output.console(stderr=not done.ok).print(_printable(done.text), markup=False)
    if not done.ok:
        raise typer.Exit(1)


@app.command()
def servers(context: typer.Context, json: Json = False) -> None:
    """Show the MCP servers of the settings and how they are."""
    with _tools(output.settings_of(context)) as tools:
        found = tools.servers()
    if json:
        output.print_json([one.model_dump() for one in found])
    elif found:
        rows = [(one.name, one.state, str(one.tools), _printable(one.reason)) for one in found]
        output.table("", ("server", "state", "tools", "why"), rows)
    else:
        output.console().print("There are no MCP servers. Name some: SOLO_TOOLS__SERVERS")


def _given(words: Sequence[str]) -> dict[str, Any]:
    """JSON, or name=value for each argument. Raises BadInput."""
    if len(words) == 1 and words[0].lstrip().startswith("{"):
        from app.skills.tools.arguments import parsed

        return parsed(words[0])
    given: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise BadInput(f"{word!r} is no argument.", hint='Write name=value, or JSON: {"name": "value"}')
        given[name] = _value(value)
    return given


def _value(text: str) -> Any:
    """Lists, objects and the like as JSON, everything else as text: the tool's schema says what it is."""
    if text[:1] in ("[", "{"):
        try:
            return json_.loads(text)
        except ValueError:
            return text
    return text


def _confirm(question: str, *, yes: bool) -> None:
    """Raises UserError unless it is meant."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadInput(f"First say yes: {_printable(question)}", hint="Say that it is meant: --yes")
    if not typer.confirm(_printable(question), err=True):
        raise UserError("Nothing was done.")


def _manners(one: Tool) -> str:
    changes = {"none": "nothing", "own": "Solo's own", "world": "the world"}[one.effects]
    return f"{changes}, asks" if one.confirm else changes


def _printable(text: str) -> str:
    from app.cli.words import printable

    return printable(text)


def _plain(one: Tool) -> dict[str, Any]:
    return one.model_dump() | {"parameters": json_.loads(one.parameters)}


class Tools(Protocol):
    """What lists and calls."""

    def all(self, query: str, limit: int) -> Sequence[Tool]: ...

    def call(self, name: str, arguments: dict[str, Any], ticket: str) -> ToolResultEvent: ...

    def servers(self) -> Sequence[ToolServer]: ...


@contextmanager
def _tools(settings: Settings, called: str = "") -> Generator[Tools]:
    """Those of the Solo that runs, else of one started for this, with what the called one needs."""
    if not settings.tools.enabled:
        raise BadInput("Tools are switched off.", hint="Switch them on: SOLO_TOOLS__ENABLED=true")
    from app.skills.tools.table import PARTS

    parts = {"tools", PARTS[called]} if called in PARTS else {"tools"}
    with reached(settings, parts, _Remote, _Own) as tools:
        yield tools


class _Remote:
    def __init__(self, client: SoloClient) -> None:
        self._client = client

    def all(self, query: str, limit: int) -> Sequence[Tool]:
        from app.events.tools import Tool

        found = self._client.tools(query, max(1, limit)).tools
        plain = [one.model_dump() | {"parameters": json_.dumps(one.parameters)} for one in found]
        return [Tool.model_validate(one) for one in plain]

    def call(self, name: str, arguments: dict[str, Any], ticket: str) -> ToolResultEvent:
        from app.events.tools import ToolResultEvent

        done = self._client.call_tool(name, arguments, ticket)
        return ToolResultEvent(call_id="", **done.model_dump())

    def servers(self) -> Sequence[ToolServer]:
        from app.events.tools import ToolServer

        return [ToolServer(**one.model_dump()) for one in self._client.tool_servers().servers]


class _Own:
    def __init__(self, solo: OwnSolo) -> None:
        self._solo = solo

    def all(self, query: str, limit: int) -> Sequence[Tool]:
        from app.events.tools import ListToolsEvent, ToolsEvent

        return self._solo.request(ListToolsEvent(query=query, limit=limit), ToolsEvent).tools

    def call(self, name: str, arguments: dict[str, Any], ticket: str) -> ToolResultEvent:
        from app.events.llm import ToolCall
        from app.events.tools import CallToolEvent, ToolResultEvent

        asked = ToolCall(id="", name=name, arguments=json_.dumps(arguments))
        return self._solo.request(CallToolEvent(call=asked, ticket=ticket), ToolResultEvent)

    def servers(self) -> Sequence[ToolServer]:
        from app.events.tools import ListToolServersEvent, ToolServersEvent

        return self._solo.request(ListToolServersEvent(), ToolServersEvent).servers
