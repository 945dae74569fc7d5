"""`solo cache`: the answers of the language model that are kept to be given again.

The files are the truth for every Solo that runs, so this needs none and disturbs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output
from app.cli.chatting.figures import counted

if TYPE_CHECKING:
    from app.config.settings import Settings
    from app.llm.cache.disk import Disk

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Owner = Annotated[
    str | None, typer.Option("--owner", metavar="NAME", help="Only the answers that this person got.")
]


@app.callback()
def root() -> None:
    """Show what the response cache holds, or empty it."""


@app.command()
def show(context: typer.Context, owner: Owner = None, json: Json = False) -> None:
    """Show how many answers are kept, how large they are, and what they were good for."""
    from app.llm.cache import figures

    settings = output.settings_of(context)
    disk = _disk(settings)
    entries, size = disk.size(owner)
    known = figures.read(disk.folder)
    if json:
        told = {
            "enabled": settings.llm.cache.enabled,
            "folder": disk.folder,
            "entries": entries,
            "bytes": size,
            "most_bytes": disk.most,
            "ttl_hours": settings.llm.cache.ttl_hours,
        }
        output.print_json(told if owner is not None else told | known.model_dump())
        return
    screen = output.console()
    if not settings.llm.cache.enabled:
        screen.print("The cache is switched off (SOLO_LLM__CACHE__ENABLED).")
    share = f"{size / 1e6:.1f} of {disk.most / 1e6:.0f} MB"
    screen.print(f"{counted(entries, 'answer')}, {share}, in {disk.folder}", markup=False)
    if owner is None:
        screen.print(
            f"{known.hits} given again, {known.misses} not there, {known.stored} put in;"
            f" {known.saved_ms / 1000:.1f} s of the model's time saved."
        )


@app.command()
def clear(context: typer.Context, owner: Owner = None, json: Json = False) -> None:
    """Take the answers away. A Solo that runs forgets them, too."""
    from app.llm.cache import figures

    disk = _disk(output.settings_of(context))
    gone = disk.clear(owner)
    if owner is None:
        figures.forget(disk.folder)
    if json:
        output.print_json({"cleared": gone})
    else:
        output.console().print(f"Taken away: {gone}.")


def _disk(settings: Settings) -> Disk:
    from app.llm.cache.disk import Disk
    from app.llm.cache.responses import FOLDER, MEGABYTE

    cache = settings.llm.cache
    return Disk(settings.cache_dir / FOLDER, cache.disk_mb * MEGABYTE, cache.ttl_hours * 3600)
