"""The root of the command line: which commands there are, and the last seam for errors.

A command's module is imported when that command is typed, so `solo --help` stays quick: the table
below is all that it needs.  Whatever goes wrong below ends here, as one sentence and an exit code.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from app.cli import options
from app.cli.output import print_error
from app.kernel import plugins
from app.kernel.errors import SoloError

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "run": ("app.cli.run:run", "Start Solo: listen, think, answer, and open the local door."),
    "talk": ("app.cli.talk:talk", "Talk by WAV files instead of microphone and speaker."),
    "eval": ("app.cli.eval:evaluate", "Play conversation tests and say what was not as expected."),
    "record": ("app.cli.record:record", "Record a talk as a conversation test that can be played again."),
    "chat": ("app.cli.chat:chat", "Talk with Solo by typing."),
    "ask": ("app.cli.ask:ask", "Ask one thing and print the answer."),
    "say": ("app.cli.say:say", "Speak a text, or write it to a WAV file."),
    "hear": ("app.cli.hear:hear", "Write down what is said in a WAV file."),
    "memory": ("app.cli.memory:app", "Search what Solo remembers, or make it forget."),
    "timers": ("app.cli.timers:app", "Show timers, alarms and reminders, or cancel them."),
    "tools": ("app.cli.tools:app", "Show and call the tools that the language model has."),
    "llm": ("app.cli.llm:app", "Try language models side by side, or serve them to programs."),
    "models": ("app.cli.models:app", "List, pull, verify, choose, load and explain models."),
    "mcp": ("app.cli.mcp:mcp", "Offer Solo's tools to a program that speaks MCP."),
    "cache": ("app.cli.cache:app", "Show or empty the cache of the model's answers."),
    "ptt": ("app.cli.ptt:ptt", "Press or release the talk key of the Solo that runs."),
    "devices": ("app.cli.devices:devices", "Show microphones and loudspeakers."),
    "dashboard": ("app.cli.dashboard:dashboard", "Open the dashboard in a process of its own."),
    "config": ("app.cli.config:app", "Show the settings and where each comes from."),
    "doctor": ("app.cli.doctor:doctor", "Say what is missing on this machine and how to mend it."),
}
"""Command → (where it is, one line of help). What stands there is a function or a Typer of its own.

Packages add to it by entry points of the group `solo.commands`; a name of Solo's own is never replaced.
"""

GROUP: Final = "commands"

_debug = False


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"solo {version('solo-assistant')}")
        raise typer.Exit


def _root(
    context: typer.Context,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting: voice.wake.engine=none; repeatable."),
    ] = None,
    data_dir: Annotated[
        str | None, typer.Option("--data-dir", metavar="FOLDER", help="History, memories, token.")
    ] = None,
    models_dir: Annotated[
        str | None, typer.Option("--models-dir", metavar="FOLDER", help="Weights, voices, keyword files.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Solo, a personal assistant that lives on your own machine."""
    global _debug  # noqa: PLW0603  (the seam below has to know it after the command is gone)
    _debug = debug
    context.obj = options.overrides(setting or [], data_dir, models_dir)


def _not_chosen() -> None:
    """Stands for the commands that were not typed."""


def _target(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(importlib.import_module(module), name)


def _commands(arguments: Sequence[str] | None) -> dict[str, tuple[str, str]]:
    """Solo's own, and those of packages unless one of its own was typed: to look for them takes a while."""
    if arguments is not None and any(word in COMMANDS for word in arguments):
        return COMMANDS
    return COMMANDS | {
        point.name: (point.value, f"From the package {point.dist.name if point.dist else point.module}.")
        for point in entry_points(group=f"solo.{GROUP}")
        if point.name not in COMMANDS
    }


def build(arguments: Sequence[str] | None = None) -> typer.Typer:
    """The command line with the commands named in `arguments` imported (None: all), the rest only listed."""
    app = typer.Typer(
        rich_markup_mode=None,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_root)
    for name, (where, help_line) in _commands(arguments).items():
        chosen: Callable[..., Any] | typer.Typer = _not_chosen
        if arguments is None or name in arguments:
            chosen = _target(where) if name in COMMANDS else plugins.load(GROUP, {}, name, what="command")
        if isinstance(chosen, typer.Typer):
            app.add_typer(chosen, name=name, help=help_line, no_args_is_help=True)
        else:
            app.command(name, help=help_line if chosen is _not_chosen else None)(chosen)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code: 0, 1 failed, 2 wrong use, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        build(given)(args=given, prog_name="solo")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except KeyboardInterrupt:
        return 130
    except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001  (the edge of the process)
        return _explain(error)
    return 0


def _explain(error: BaseException) -> int:
    """Print what happened in one line; the exit code for it."""
    leaves = list(_leaves(error))
    if leaves and all(isinstance(leaf, KeyboardInterrupt) for leaf in leaves):
        return 130
    if _debug:
        traceback.print_exception(error)
    named = next((leaf for leaf in leaves if isinstance(leaf, SoloError)), None)
    if named is not None:
        print_error(named)
        return named.exit_code
    first = leaves[0] if leaves else error
    sentence = f"Solo made a mistake ({type(first).__name__}: {first})."
    sys.stderr.write(f"solo: {sentence} The details are in {_write_crash(error)}; please report it.\n")
    return 1


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error]


def _write_crash(error: BaseException) -> Path:
    """Write the traceback where the log lies, or where temporary files do; returns the file."""
    import tempfile

    name = f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S}.txt"
    text = "".join(traceback.format_exception(error))
    for folder in (Path(os.environ.get("SOLO_LOGS_DIR") or "logs"), Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        except OSError:
            continue
        return folder / name
    return Path(os.devnull)
