"""`solo models`: list, pull, verify and explain model files."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.cli import output
from app.kernel.errors import BadInput, BrokenFile

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Names of models.")]


@app.callback()
def root() -> None:
    """List, pull, verify and explain models."""


@app.command("list")
def list_models(
    context: typer.Context,
    kind: Annotated[str, typer.Option("--kind", help="Only llm, stt, tts, vad, turn or embedding.")] = "",
    json: Json = False,
) -> None:
    """List every model of the catalogue and whether it is here."""
    from app.assets.catalogue import KINDS, load
    from app.assets.space import human
    from app.assets.verify import glance

    if kind and kind not in KINDS:
        raise BadInput(f"There are no models of kind {kind!r}.", hint=f"There are: {', '.join(KINDS)}.")
    folder = output.settings_of(context).models_dir
    models = [model for model in load().models if kind in ("", model.kind)]
    states = {model.name: glance(folder, model) for model in models}
    if json:
        output.print_json([_plain(model) | {"here": states[model.name].condition} for model in models])
        return
    screen = output.console()
    for model in models:
        facts = [human(model.size), model.licence, _HERE[states[model.name].condition]]
        facts += [] if model.verified else ["unverified origin"]
        screen.print(f"[bold]{model.name}[/bold]  {' · '.join(facts)}")
        screen.print(f"    {model.purpose}", markup=False)


@app.command()
def pull(
    context: typer.Context,
    names: Names = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="What this machine needs with these settings.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Read and compare what is here already.")] = False,
    given: Annotated[
        str, typer.Option("--from", metavar="PLACE", help="A URL, a file or a folder to take it from.")
    ] = "",
    json: Json = False,
) -> None:
    """Have models here, complete and checked; goes on where an earlier pull stopped."""
    from app.assets.catalogue import load
    from app.assets.defaults import needed
    from app.assets.pull import Puller
    from app.cli import pulling

    settings = output.settings_of(context)
    models = [load().find(name) for name in dict.fromkeys(names or [])]
    if defaults:
        models += [model for model in needed(settings) if model not in models]
    if not models:
        raise BadInput("Which models?", hint="Give names (solo models list), or --defaults.")
    if given and len(models) != 1:
        raise BadInput("--from goes with exactly one model.")
    with pulling.view(json=json) as view:
        puller = Puller(settings.models_dir, offline=settings.offline, observer=view.observe)
        done = puller.pull(models, again=again, given=given)
    if json:
        output.print_json([{"name": one.name, "source": one.source, "size": one.size} for one in done])
        return
    fresh = [one for one in done if one.source]
    typer.echo(_summary(len(done), len(fresh), sum(one.size for one in fresh)))


@app.command()
def verify(context: typer.Context, names: Names = None, json: Json = False) -> None:
    """Read model files and compare their sha256 (without names: all that are here)."""
    from app.assets.catalogue import load
    from app.assets.verify import installed
    from app.assets.verify import verify as check
    from app.cli import pulling

    folder = output.settings_of(context).models_dir
    models = [load().find(name) for name in dict.fromkeys(names or [])] or installed(folder, load())
    with pulling.view(json=json) as view:
        verdicts = check(folder, models, view.observe)
    if json:
        output.print_json(
            [{"name": one.name, "condition": one.condition, "words": one.words} for one in verdicts]
        )
    elif verdicts:
        output.table("", ("name", "is", ""), [(one.name, one.condition, one.words) for one in verdicts])
    else:
        typer.echo(f"There are no models in {folder}. Pull some: solo models pull --defaults")
    bad = [one.name for one in verdicts if one.condition != "good"]
    if bad:
        raise BrokenFile(
            f"Not good: {', '.join(bad)}.", hint=f"Mend it: solo models pull {' '.join(bad)} --again"
        )


@app.command()
def info(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a model.")],
    json: Json = False,
) -> None:
    """Explain one model: what for, from where, how large, under which licence."""
    from app.assets.catalogue import load
    from app.assets.space import human
    from app.assets.verify import glance

    folder = output.settings_of(context).models_dir
    model = load().find(name)
    state = glance(folder, model)
    if json:
        output.print_json(_plain(model) | {"here": state.condition, "location": folder / model.path})
        return
    rows = [
        ("purpose", model.purpose),
        ("licence", f"{model.licence}  {model.licence_url}"),
        ("size", f"{human(model.size)} ({model.size:,} bytes)"),
        ("origin", model.origin_line),
        *(("note", model.note) for _ in [0] if model.note),
        (
            "here",
            _HERE[state.condition] + (f"  {folder / model.path}" if state.condition != "missing" else ""),
        ),
        *((f"source {n}", source.label) for n, source in enumerate(model.sources, 1)),
        *(("file", f"{file.path}  {file.size:,} bytes  sha256 {file.sha256}") for file in model.files),
    ]
    output.table(model.name, ("", ""), rows)


_HERE = {
    "good": "here",
    "unchecked": "here, not checked yet",
    "missing": "not here",
    "incomplete": "here in part",
    "broken": "broken",
}


def _plain(model: Any) -> dict[str, Any]:
    return model.model_dump(mode="json") | {"size": model.size}


def _summary(all_of_them: int, fresh: int, size: int) -> str:
    from app.assets.space import human

    if not fresh:
        return f"All {all_of_them} models are here." if all_of_them > 1 else "It is here already."
    return f"{fresh} of {all_of_them} pulled ({human(size)}); all are here and checked."
