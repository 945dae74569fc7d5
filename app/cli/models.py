"""`solo models`: list, pull, verify and explain model files; what is done with them besides stands in
modelchoice, modelmemory, modelbench and modelmaking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import modelbench, modelchoice, modelmaking, modelmemory, output
from app.kernel.errors import BadInput, BrokenFile

if TYPE_CHECKING:
    from app.assets.catalogue import Model
    from app.config.settings import Settings
    from app.llm.models.entry import Entry

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_MORE = (
    modelchoice.select,
    modelchoice.search,
    modelchoice.remove,
    modelmemory.loaded,
    modelmemory.load,
    modelmemory.unload,
    modelmemory.reload,
    modelbench.bench,
    modelmaking.quantize,
    modelmaking.types,
    modelmaking.convert,
)
for command in _MORE:
    app.command()(command)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Names of models.")]


@app.callback()
def root() -> None:
    """List, search, pull, verify, choose and remove models."""


@app.command("list")
def list_models(
    context: typer.Context,
    kind: Annotated[str, typer.Option("--kind", help="Only llm, stt, tts, vad, turn or embedding.")] = "",
    json: Json = False,
) -> None:
    """List every model file that is here, and every model of the catalogue."""
    from app.assets.catalogue import KINDS, load
    from app.assets.space import human
    from app.assets.verify import glance
    from app.cli import modelfiles

    if kind and kind not in KINDS:
        raise BadInput(f"There are no models of kind {kind!r}.", hint=f"There are: {', '.join(KINDS)}.")
    settings = output.settings_of(context)
    folder = settings.models_dir
    models = [model for model in load().models if kind in ("", model.kind)]
    states = {model.name: glance(folder, model) for model in models}
    entries = modelfiles.listed(settings) if kind in ("", "llm") else ()
    if json:
        listed = [_plain(model) | {"here": states[model.name].condition} for model in models]
        window = settings.llm.generation.context
        output.print_json([*listed, *(modelfiles.plain(one, window) for one in entries)])
        return
    modelfiles.show(entries, settings)
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
    """Have models here, complete and checked; goes on where an earlier pull stopped.

    A name is one of the catalogue, or OWNER/NAME of a repository on Hugging Face, with :Q4_K_M or the
    name of a file behind it.
    """
    from app.assets.defaults import needed
    from app.assets.pull import Puller
    from app.cli import pulling

    settings = output.settings_of(context)
    models = [_pullable(name, offline=settings.offline) for name in dict.fromkeys(names or [])]
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
    from app.assets.verify import verify as check
    from app.cli import modelfiles, pulling

    settings = output.settings_of(context)
    folder = settings.models_dir
    models, entries = _to_verify(settings, list(dict.fromkeys(names or [])))
    with pulling.view(json=json) as view:
        rows = [(one.name, one.condition, one.words) for one in check(folder, models, view.observe)]
    rows += [(one.name, *modelfiles.checked(one, folder)) for one in entries]
    if json:
        output.print_json([dict(zip(("name", "condition", "words"), row, strict=True)) for row in rows])
    elif rows:
        output.table("", ("name", "is", ""), rows)
    else:
        typer.echo(f"There are no models in {folder}. Pull some: solo models pull --defaults")
    bad = [name for name, condition, _ in rows if condition not in ("good", "whole")]
    if bad:
        ours = [name for name in bad if any(model.name == name for model in models)]
        hint = (
            f"Mend it: solo models pull {' '.join(ours)} --again"
            if ours
            else "Take it away, or pull it anew."
        )
        raise BrokenFile(f"Not good: {', '.join(bad)}.", hint=hint)


def _to_verify(settings: Settings, names: list[str]) -> tuple[list[Model], list[Entry]]:
    """Models of the catalogue and files of one's own; without names, all that are here."""
    from app.assets.catalogue import load
    from app.assets.verify import installed
    from app.cli.modelfiles import inventory_of

    catalogue, inventory = load(), inventory_of(settings)
    every = inventory.models()
    if not names:
        models = installed(settings.models_dir, catalogue)
        of_these = {settings.models_dir / file.path for model in models for file in model.files}
        return models, [one for one in every if not of_these.intersection(one.files)]
    own = [name for name in names if name not in catalogue.names and any(one.name == name for one in every)]
    return [catalogue.find(name) for name in names if name not in own], [inventory.find(name) for name in own]


def _pullable(name: str, *, offline: bool) -> Model:
    """What a name stands for: in the catalogue, or on the hub."""
    from app.assets import repository
    from app.assets.catalogue import load

    where, _, which = name.partition(":")
    if name in load().names or not repository.REPOSITORY.fullmatch(where):
        return load().find(name)
    return repository.choose(repository.offers(where, offline=offline), which, where).model


@app.command()
def info(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of a model, or what it is for: smallest with tools.")
    ],
    json: Json = False,
) -> None:
    """Explain one model: what for, from where, how large, under which licence, and what its file says."""
    from app.assets.catalogue import load
    from app.assets.space import human
    from app.assets.verify import glance
    from app.cli import modelfiles

    settings = output.settings_of(context)
    folder = settings.models_dir
    name, reason = modelfiles.meant(settings, name)
    if name not in load().names and _is_file(settings, name):
        entry = modelfiles.entry_of(settings, name)
        if json:
            output.print_json(modelfiles.plain(entry, settings.llm.generation.context) | {"reason": reason})
        else:
            rows = [*([("chosen", reason)] if reason else []), *modelfiles.details(entry, settings)]
            output.table(entry.name, ("", ""), rows)
        return
    model = load().find(name)
    state = glance(folder, model)
    if json:
        told = {"here": state.condition, "location": folder / model.path, "reason": reason}
        output.print_json(_plain(model) | told)
        return
    rows = [
        *([("chosen", reason)] if reason else []),
        ("purpose", model.purpose),
        ("licence", f"{model.licence}  {model.licence_url}"),
        ("size", f"{human(model.size)} ({model.size:,} bytes)"),
        ("origin", model.origin_line),
        *(("note", model.note) for _ in [0] if model.note),
        (
            "here",
            _HERE[state.condition] + (f"  {folder / model.path}" if state.condition != "missing" else ""),
        ),
        *(modelfiles.header_rows(folder / model.path, settings) if model.kind == "llm" else ()),
        *((f"source {n}", source.label) for n, source in enumerate(model.sources, 1)),
        *(("file", f"{file.path}  {file.size:,} bytes  sha256 {file.sha256}") for file in model.files),
    ]
    output.table(model.name, ("", ""), rows)


def _is_file(settings: Settings, name: str) -> bool:
    """Whether a name stands for a model file of one's own."""
    from app.assets.locate import looks_like_path
    from app.cli.modelfiles import inventory_of

    return looks_like_path(name) or any(one.name == name for one in inventory_of(settings).models())


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
