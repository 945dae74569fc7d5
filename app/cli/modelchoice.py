"""`solo models select`, `search` and `remove`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output
from app.kernel.errors import BadInput, Busy, NotFound, UserError

if TYPE_CHECKING:
    from app.assets.repository import Offer
    from app.config.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def select(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NEED]...", help="For example: best that fits. Without: what the settings mean."
        ),
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Also say why the others will not do.")] = False,
    json: Json = False,
) -> None:
    """Choose a model that is here by what it is for: smallest that can call tools, best with 16k context.
    A setting that names a model may say that, too."""
    from app.cli.modelfiles import inventory_of
    from app.llm.models.machine import machine
    from app.llm.models.need import understood
    from app.llm.models.select import select as choose

    settings = output.settings_of(context)
    if not words:
        _chosen(settings, json=json)
        return
    need = understood(" ".join(words))
    entries = inventory_of(settings).models(read=True)
    choice = choose(entries, need, machine(), slots=settings.llm.slots)
    if choice.entry is None:
        for name, reason in choice.refused if why else ():
            output.console(stderr=True).print(f"not {name}: {reason}", markup=False)
        raise NotFound(choice.reason, hint="See what there is: solo models list")
    if json:
        output.print_json(
            {
                "name": choice.entry.name,
                "path": choice.entry.path,
                "reason": choice.reason,
                "refused": dict(choice.refused),
            }
        )
        return
    screen = output.console()
    screen.print(choice.reason, markup=False)
    for name, reason in choice.refused if why else ():
        screen.print(f"  not {name}: {reason}", markup=False)


def _chosen(settings: Settings, *, json: bool) -> None:
    """Which model each role has by the settings, and why that one."""
    from app.cli.modelfiles import meant
    from app.llm.roles.chain import ROLES, role_settings

    found: list[dict[str, str]] = []
    for role in ROLES:
        wanted = role_settings(settings.llm, role).model
        name, reason = meant(settings, wanted)
        found.append({"role": role, "setting": wanted, "name": name, "reason": reason})
    if json:
        output.print_json(found)
        return
    for one in found:
        words = f"{one['role']}: {one['reason'] or one['name']}"
        output.console().print(words, markup=False)


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="What its name holds.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="Show at most so many.")] = 20,
    json: Json = False,
) -> None:
    """Search Hugging Face for models in GGUF, or show what a repository OWNER/NAME has."""
    from app.assets import repository

    offline = output.settings_of(context).offline
    if len(words) == 1 and repository.REPOSITORY.fullmatch(words[0]):
        _show_offers(repository.offers(words[0], offline=offline), words[0], json=json)
        return
    found = repository.search(" ".join(words), limit=limit, offline=offline)
    if json:
        output.print_json(
            [{name: getattr(one, name) for name in repository.Found.__slots__} for one in found]
        )
    elif found:
        rows = [
            (one.repository, f"{one.downloads:,}", one.licence, "asks for an account" if one.gated else "")
            for one in found
        ]
        output.table("", ("repository", "downloads", "licence", ""), rows)
        output.console().print("What one has: solo models search OWNER/NAME", markup=False)
    else:
        output.console().print("Nothing of that name has GGUF files.", markup=False)


def _show_offers(offers: list[Offer], name: str, *, json: bool) -> None:
    from app.assets.space import human

    if json:
        output.print_json([one.model.model_dump(mode="json") | {"size": one.model.size} for one in offers])
        return
    rows = [
        (one.quantization or "?", human(one.model.size), one.model.name, one.model.licence) for one in offers
    ]
    output.table(name, ("bits", "size", "file", "licence"), rows)
    output.console().print(f"Pull one: solo models pull {name}:{rows[0][0]}", markup=False)


def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a model.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether it is meant.")] = False,
    json: Json = False,
) -> None:
    """Delete the files of a model. One that is in use stays."""
    from app.assets.space import human
    from app.assets.state import unmark_name

    settings = output.settings_of(context)
    files = _files(settings, name)
    _refuse_in_use(settings, name, files)
    size = sum(path.stat().st_size for path in files)
    if not yes:
        screen = output.console(stderr=json)
        for path in files:
            screen.print(f"  {path}", markup=False)
        if not sys.stdin.isatty():
            raise BadInput(f"{human(size)} would be deleted.", hint="Say that it is meant: --yes")
        if not typer.confirm(f"Delete {human(size)}?", err=True):
            raise UserError("Nothing was deleted.")
    for path in files:
        path.unlink(missing_ok=True)
    unmark_name(settings.models_dir, name)
    _tidy(settings.models_dir, files)
    if json:
        output.print_json({"removed": [str(path) for path in files], "size": size})
    else:
        output.console().print(f"Removed {name} ({human(size)}).", markup=False)


def _files(settings: Settings, name: str) -> list[Path]:
    from app.assets.catalogue import load
    from app.cli.modelfiles import inventory_of
    from app.llm.models.checkpoint import belonging

    for model in load().models:
        if model.name == name:
            present = [settings.models_dir / file.path for file in model.files]
            found = [path for path in present if path.is_file()]
            if not found:
                raise NotFound(f"{name} is not here.", hint="See: solo models list")
            return found
    entry = inventory_of(settings).find(name)
    return belonging(entry.path) if entry.checkpoint else list(entry.files)


def _refuse_in_use(settings: Settings, name: str, files: list[Path]) -> None:
    """Raises Busy when the Solo that runs has it loaded, for whomever, or a setting names it."""
    from app.api.client import SoloClient

    names = {name, f"transformers:{name}", *(path.stem for path in files), *map(str, files)}
    client = SoloClient.find(settings)
    if client is not None:
        with client:
            loaded = [one.model for one in client.models().models if one.local and one.loaded]
        used = next((one for one in loaded if one in names or _same_files(settings, one, files)), None)
        if used is not None:
            hint = f"Let it use another model, and unload this one: solo models unload {used}"
            raise Busy(f"The Solo that runs is using {name}.", hint=hint)
    llm, voice = settings.llm, settings.voice
    set_to = {
        "SOLO_LLM__GENERATION__MODEL": llm.generation.model,
        "SOLO_LLM__ANALYSIS__MODEL": llm.analysis.model,
        "SOLO_LLM__MAINTENANCE__MODEL": llm.maintenance.model,
        "SOLO_VOICE__STT__MODEL": voice.stt.model,
    }
    for setting, value in set_to.items():
        if value in names:
            raise Busy(f"{setting} says {name}, so it is in use.", hint=f"Change {setting} first.")


def _same_files(settings: Settings, name: str, files: list[Path]) -> bool:
    """Whether the model of this name has one of these files: it may be called otherwise here than there."""
    try:
        theirs = _files(settings, name)
    except NotFound:
        return False
    return not {path.resolve() for path in files}.isdisjoint(path.resolve() for path in theirs)


def _tidy(models_dir: Path, files: list[Path]) -> None:
    """Folders below the models folder that are empty now are taken away too."""
    for folder in {path.parent for path in files}:
        inside = folder.resolve()
        if models_dir.resolve() in inside.parent.parents and not any(inside.iterdir()):
            inside.rmdir()
