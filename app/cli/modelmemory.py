"""`solo models loaded`, `load`, `unload` and `reload`: what the Solo that runs has in memory."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output
from app.kernel.errors import Unavailable

if TYPE_CHECKING:
    from app.api.client import SoloClient
    from app.events.llm import ModelAction

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a model.")]


def loaded(context: typer.Context, json: Json = False) -> None:
    """List the models that the Solo that runs has in memory."""
    with _running(context) as client:
        found = [one for one in client.models().models if one.loaded]
    if json:
        output.print_json([one.model_dump(mode="json") for one in found])
        return
    screen = output.console()
    for one in found:
        screen.print(f"{one.name} · {one.context:,} tokens", markup=False)
    if not found:
        screen.print("None is loaded.", markup=False)


def load(context: typer.Context, name: Name, json: Json = False) -> None:
    """Have the Solo that runs load a model before somebody needs it."""
    _manage(context, "load", name, json=json)


def unload(context: typer.Context, name: Name, json: Json = False) -> None:
    """Have the Solo that runs give a model's memory back; who asks for it has it loaded again."""
    _manage(context, "unload", name, json=json)


def reload(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Name of a model; the one that answers people.")
    ] = "",
    json: Json = False,
) -> None:
    """Have the Solo that runs read a model's file anew; answers that are being written are finished first."""
    _manage(context, "reload", name, json=json)


def _manage(context: typer.Context, action: ModelAction, name: str, *, json: bool) -> None:
    with _running(context) as client:
        done = client.manage_model(action, name)
    if json:
        output.print_json(done.model_dump(mode="json", exclude={"owner", "turn", "revision"}))
    elif done.loaded:
        words = f"{done.model} is loaded: {done.context:,} tokens, {done.took_ms / 1000:.1f} s."
        output.console().print(words, markup=False)
    else:
        output.console().print(f"{done.model} is not in memory any more.", markup=False)


@contextmanager
def _running(context: typer.Context) -> Generator[SoloClient]:
    from app.api.client import SoloClient

    client = SoloClient.find(output.settings_of(context))
    if client is None:
        raise Unavailable("No Solo is running here that could have models loaded.", hint="Start it: solo run")
    with client:
        yield client
