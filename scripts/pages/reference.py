"""Makes docs/reference.md: commands, settings, events and HTTP paths, as the code has them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import typer
from pydantic import BaseModel
from typer.testing import CliRunner

import app.events
from app.cli.main import COMMANDS, build
from app.config.load import variable
from app.config.settings import Settings
from app.events.base import Answer, Event, Fact, Request
from scripts.pages.env_example import written

HEAD = """\
# Reference

Made from the code by `./scripts/docs.sh`; do not edit it by hand.

- [Commands](#commands)
- [Settings](#settings)
- [Events](#events)
- [HTTP](#http)
- [A conversation by voice](#a-conversation-by-voice)

"""


def text() -> str:
    """The whole page."""
    return HEAD + "\n".join(["".join(part()) for part in (commands, settings, events, http, states)])


def commands() -> Iterator[str]:
    """The help of every command and of the commands in it."""
    yield "## Commands\n\n"
    yield _help([])
    root = build()
    groups = {group.name: group.typer_instance for group in root.registered_groups}
    for name in COMMANDS:
        yield _help([name])
        inner = groups.get(name)
        if inner is not None:
            for command in inner.registered_commands:
                yield _help([name, _name_of(command)])


def _name_of(command: typer.models.CommandInfo) -> str:
    return command.name or getattr(command.callback, "__name__", "").replace("_", "-")


def _help(words: list[str]) -> str:
    result = CliRunner().invoke(build(words), [*words, "--help"], prog_name="solo", terminal_width=100)
    title = " ".join(["solo", *words])
    if result.exit_code:
        message = f"{title} --help failed: {result.output}"
        raise RuntimeError(message) from result.exception
    lines = "\n".join(line.rstrip() for line in result.output.strip().splitlines())
    return f"### `{title}`\n\n```text\n{lines}\n```\n\n"


def settings() -> Iterator[str]:
    """One table for each section."""
    yield "## Settings\n\n"
    yield "Write them as environment variables, in `.env`, in `solo.toml` (`[voice.wake]` and "
    yield "`engine = …`), or as flags (`solo --set voice.wake.engine=none run`).\n\n"
    yield from _section(Settings, (), "Folders and the whole")


def _section(model: type[BaseModel], path: tuple[str, ...], title: str) -> Iterator[str]:
    plain = {n: f for n, f in model.model_fields.items() if not _is_section(f.annotation)}
    if plain:
        yield f"### {'.'.join(path) or 'solo'}: {title}\n\n"
        yield "| variable | default | meaning |\n| --- | --- | --- |\n"
        for name, field in plain.items():
            default = written(field.default).replace("|", "\\|")
            shown = f"`{default}`" if default else ""
            meaning = (field.description or "").replace("|", "/")
            yield f"| `{variable((*path, name))}` | {shown} | {meaning} |\n"
        yield "\n"
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _section(inner, (*path, name), field.description or "")


def _is_section(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def every_event() -> list[type[Event]]:
    """Each class of the vocabulary, in the order of files and lines."""
    found: list[type[Event]] = []
    for module in sorted(info.name for info in pkgutil.iter_modules(app.events.__path__)):
        members = vars(importlib.import_module(f"app.events.{module}")).values()
        found += [
            member
            for member in members
            if isinstance(member, type)
            and issubclass(member, Event)
            and member.__module__ == f"app.events.{module}"
            and member not in (Event, Fact, Request, Answer)
        ]
    return found


def events() -> Iterator[str]:
    """One table for each kind."""
    yield "## Events\n\n"
    yield "Every event also has `owner`, `turn` and `revision`.\n\n"
    kinds = {
        "Facts": (Fact, "happened, and are broadcast"),
        "Requests": (Request, "are asked of one service"),
        "Answers": (Answer, "come back for a request"),
    }
    common = set(Event.model_fields)
    for title, (kind, meaning) in kinds.items():
        yield f"### {title}\n\nThey {meaning}.\n\n| event | fields | meaning |\n| --- | --- | --- |\n"
        for event in every_event():
            if issubclass(event, kind):
                fields = ", ".join(f"`{name}`" for name in event.model_fields if name not in common)
                first = (event.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ").replace("|", "/")
                marks = [word for word in ("urgent", "droppable", "cancels_turn") if getattr(event, word)]
                extra = f" ({', '.join(marks).replace('_', ' ')})" if marks else ""
                yield f"| `{event.__name__}` | {fields} | {' '.join(first.split())}{extra} |\n"
        yield "\n"


def http() -> Iterator[str]:
    """Every path of the door."""
    from fastapi import APIRouter
    from fastapi.routing import APIRoute, APIWebSocketRoute

    from app.api.routes.table import ROUTES
    from app.kernel import plugins

    yield "## HTTP\n\n"
    yield "Below `/api/` the token of `data/run/token` is needed: `Authorization: Bearer …`.\n\n"
    yield "| method | path | meaning |\n| --- | --- | --- |\n"
    for name in ROUTES:
        router: APIRouter = plugins.load("routes", ROUTES, name, what="route")
        for route in router.routes:
            if isinstance(route, APIRoute):
                doc = " ".join((route.description or route.summary or "").split("\n\n")[0].split())
                yield f"| {', '.join(sorted(route.methods))} | `{route.path}` | {doc} |\n"
            elif isinstance(route, APIWebSocketRoute):
                doc = " ".join((route.endpoint.__doc__ or "").strip().split("\n\n")[0].split())
                yield f"| WebSocket | `{route.path}` | {doc} |\n"


def states() -> Iterator[str]:
    """The states of a conversation by voice, as a picture."""
    from app.voice.turn.states import State, edges

    yield "## A conversation by voice\n\nThe states that the ear goes through, and what moves it on.\n\n"
    yield f"```mermaid\nstateDiagram-v2\n    [*] --> {next(iter(State))}\n"
    ways: dict[tuple[str, str], list[str]] = {}
    for state, trigger, to in edges():
        ways.setdefault((str(state), str(to)), []).append(str(trigger).replace("_", " "))
    for (state, to), triggers in ways.items():
        yield f"    {state} --> {to}: {', '.join(triggers)}\n"
    yield "```\n"
