"""`solo llm`: the language model by itself, tried and served."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from app.cli import output

if TYPE_CHECKING:
    from app.cli.trying.model import Model
    from app.cli.trying.plan import Way
    from app.cli.trying.results import Run
    from app.config.settings import Settings
    from app.main import Solo

app = typer.Typer(rich_markup_mode=None, add_completion=False)

LARGEST = 4_000_000
"""Bytes of a file of prompts."""
LARGEST_SCHEMA = 400_000


@app.callback()
def root() -> None:
    """Try language models side by side, or serve them to other programs."""


@app.command("test")
def try_models(
    context: typer.Context,
    prompt: Annotated[str, typer.Option("--prompt", metavar="TEXT", help="What to ask.")] = "",
    file: Annotated[
        str,
        typer.Option(
            "--file", metavar="FILE", help="Prompts: one in each line, or a JSON list; - reads them."
        ),
    ] = "",
    model: Annotated[
        list[str] | None, typer.Option("--model", metavar="NAME", help="Ask this one; repeatable.")
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="NAME=VALUE,…", help="A parameter, each value in turn; repeatable."),
    ] = None,
    schema: Annotated[
        str, typer.Option("--schema", metavar="FILE", help="A JSON schema that each answer must meet.")
    ] = "",
    role: Annotated[
        Literal["generation", "analysis", "maintenance"], typer.Option("--role", help="Whose settings hold.")
    ] = "generation",
    system: Annotated[
        str, typer.Option("--system", metavar="TEXT", help="What the model is told about itself.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask models and compare: answers, first token, tokens per second, memory. Without a prompt or a file
    it asks for prompts. Nothing is kept, and no cache answers."""
    from app.cli.trying.model import model as reached
    from app.cli.trying.plan import ways
    from app.kernel.errors import BadInput

    settings = output.settings_of(context)
    tried = ways(model or [], values or [])
    shape = _schema(schema)
    asked = _prompts(prompt, file, settings)
    if json and not asked:
        raise BadInput("JSON is printed of prompts that are given.", hint="Add --prompt or --file.")
    with reached(settings, role, system, shape) as answering:
        runs = _all(answering, asked, tried, quiet=json) if asked else _talked(answering, tried, settings)
    if json:
        from app.cli.trying.results import plain

        output.print_json([plain(run) for run in runs])
    elif len(runs) > len(tried):
        _summed(runs)
    if any(run.error and run.error != "Stopped." for run in runs):
        raise typer.Exit(1)


def _schema(file: str) -> dict[str, Any] | None:
    """The schema of a file; None where none was named."""
    from json import loads

    from app.cli.words import decoded
    from app.kernel.errors import BadInput

    if not file:
        return None
    try:
        found = loads(decoded(_read(file, LARGEST_SCHEMA), Path(file).name))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadInput(f"{file} is no JSON schema.")
    return cast("dict[str, Any]", found)


def _prompts(prompt: str, file: str, settings: Settings) -> list[str]:
    """What was given; nothing when a person is to be asked for it."""
    from app.cli.trying.plan import prompts
    from app.cli.words import decoded, readable
    from app.kernel.errors import BadInput

    if prompt and file:
        raise BadInput("Give either --prompt or --file.")
    if prompt:
        return [readable(prompt, settings)]
    if not file and sys.stdin.isatty():
        return []
    return prompts(decoded(_read(file, LARGEST), Path(file).name or "Standard input"))


def _read(file: str, most: int) -> bytes:
    """Of a file, or of standard input."""
    from app.kernel.errors import BadInput, NotFound, TooLarge

    try:
        with open(file, "rb") if file not in ("", "-") else sys.stdin.buffer as source:  # noqa: PTH123
            data = source.read(most + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no file {file}.") from None
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from None
    if len(data) > most:
        raise TooLarge(f"{file or 'Standard input'} is too large: it may have {most:,} bytes.")
    return data


def _all(model: Model, prompts: Sequence[str], ways: Sequence[Way], *, quiet: bool) -> list[Run]:
    """Every prompt in every way; a table for each prompt as it is done."""
    from app.cli.trying.model import tried
    from app.cli.trying.results import COLUMNS, KNOWN, known, row

    # One way after the other, so that a model that does not fit beside the next is loaded once.
    runs = [tried(model, prompt, way) for way in ways for prompt in prompts]
    for prompt in dict.fromkeys(prompts) if not quiet else ():
        rows = [row(run) for run in runs if run.prompt == prompt]
        _table(prompt, COLUMNS, rows)
    if not quiet and any(known(run) for run in runs):
        output.console().print(f"{KNOWN} most of the prompt had been read before\n", markup=False)
    return runs


def _talked(model: Model, ways: Sequence[Way], settings: Settings) -> list[Run]:
    """Prompts from the keyboard, until Ctrl+D."""
    from prompt_toolkit.history import InMemoryHistory

    from app.cli.chatting.figures import figures
    from app.cli.chatting.terminal import Terminal
    from app.cli.trying.model import tried
    from app.cli.trying.results import mebibytes
    from app.cli.words import readable

    screen = output.console()
    screen.print("Type a prompt; Alt+Enter begins a new line, Esc stops an answer, Ctrl+D leaves.")
    terminal = Terminal(InMemoryHistory(), None)
    runs: list[Run] = []
    for line in terminal.lines():
        if line.strip() == "/quit":
            break
        for way in ways if line.strip() else ():
            screen.print(way.title, style="bold", markup=False)
            with terminal.watching() as stops:
                run = tried(model, readable(line, settings), way, _writing(stops))
            said = run.error if run.told is None else f"{figures(run.told)} · {mebibytes(run.memory)}"
            screen.print(f"\n{said}", style="dim", markup=False)
            runs.append(run)
    return runs


def _writing(stops: Callable[[], bool]) -> Callable[[str], bool]:
    """Writes the text as it comes, and says whether to stop."""
    from app.cli.words import printable

    def piece(text: str) -> bool:
        sys.stdout.write(printable(text))
        sys.stdout.flush()
        return stops()

    return piece


def _summed(runs: Sequence[Run]) -> None:
    from app.cli.trying.results import SUMMARY, summary

    _table("All prompts (medians)", SUMMARY, summary(runs))


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """As wide as the screen; what is words is broken into lines."""
    from rich.table import Table
    from rich.text import Text

    from app.cli.chatting.sessions import one_line
    from app.cli.words import printable

    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        words = column in (columns[0], "answer")
        least = 30 if column == "answer" else 16 if words else None
        made.add_column(column, overflow="fold", no_wrap=not words, min_width=least)
    for row in rows:
        made.add_row(*(Text(printable(cell)) for cell in row))
    screen = output.console()
    screen.print(Text(one_line(printable(title), 200), style="bold"))
    screen.print(made, soft_wrap=False)
    screen.print()


@app.command()
def roles(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show who answers for each role, and who after them."""
    from app.cli.roles import chains, lines

    settings = output.settings_of(context)
    found = chains(settings)
    if json:
        output.print_json([one.model_dump() for one in found])
        return
    for line in lines(found, settings):
        output.console().print(line, markup=False, soft_wrap=True)


@app.command()
def usage(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="So many, today among them.")] = 30,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what your answers cost, by day, role and model."""
    from app.cli.usage import accounts, lines, total

    settings = output.settings_of(context)
    with accounts(settings) as read:
        found = read(days)
    if json:
        output.print_json([one.model_dump() for one in found])
    elif found:
        for line in (*lines(found), total(found)):
            output.console().print(line, markup=False, soft_wrap=True)
    else:
        output.console().print("Nothing was answered yet.")


@app.command()
def serve(
    context: typer.Context,
    show_token: Annotated[bool, typer.Option("--show-token", help="Print the token too.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="One line per happening; READY when it serves.")
    ] = False,
) -> None:
    """Serve the language models to other programs, as OpenAI's API does: no voice, no dialogue, no memory.

    Ctrl-C stops it; a second one stops it at once.
    """
    import anyio

    from app.events.llm import ModelReadyEvent
    from app.events.system import ReadyEvent, ServiceStateEvent
    from app.kernel import log
    from app.kernel.signals import stop_on_signals
    from app.main import MODELS_ALONE, all_well, solo

    settings = output.settings_of(context, {"voice.enabled": False, "api.enabled": True})
    log.configure(settings.log, settings.logs_dir)
    watched = (ModelReadyEvent, ReadyEvent, ServiceStateEvent)

    async def follow(running: Solo) -> None:
        await running.supervisor.ready()
        all_well(running.supervisor, {"api", "llm"})
        if not plain:
            _tell(settings, show_token=show_token)
        from app.cli.following import follow

        await follow(running, plain=True) if plain else await anyio.sleep_forever()

    async def main() -> None:
        stop = anyio.Event()
        with stop_on_signals(stop, "Stopping. Ctrl-C again stops at once."):
            async with solo(settings, watched, MODELS_ALONE) as running, anyio.create_task_group() as group:
                group.start_soon(follow, running)
                await stop.wait()
                group.cancel_scope.cancel()

    anyio.run(main)


def _tell(settings: Settings, *, show_token: bool) -> None:
    """Where it is and how it is used."""
    from app.api.address import read_address, read_token, token_file

    address = read_address(settings.data_dir)
    base = f"{address.url}/v1" if address else ""
    path = token_file(settings.data_dir)
    say = output.console().print
    say(f"base_url  {base}", markup=False)
    say(f"api_key   {read_token(settings.data_dir) if show_token else f'stands in {path}'}", markup=False)
    say("Models    GET /v1/models names them; any of these, or `solo`, is a `model`.", markup=False)
    say(f'Try       curl {base}/models -H "Authorization: Bearer $(cat {path})"', markup=False)
    say(f"Python    OpenAI(base_url={base!r}, api_key=…)", markup=False)
    say("Stop      Ctrl-C", markup=False)
