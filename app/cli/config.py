"""`solo config`: the settings in force, and where each comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer
from pydantic import BaseModel, SecretStr

from app.cli import output
from app.config.load import setting_paths, variable
from app.config.settings import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.callback()
def root() -> None:
    """Show the settings and where each comes from."""


@app.command()
def show(
    context: typer.Context,
    only: Annotated[str, typer.Argument(metavar="SECTION", help="Only what begins so.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show every setting: its name, its value and where that comes from (default, solo.toml, .env,
    environment, flag). Secrets are masked."""
    settings, origin = output.settings_and_origin(context)
    found = [row for row in rows(settings, origin) if row["name"].startswith(only)]
    if json:
        output.print_json(found)
        return
    table = [(row["name"], shown(row["value"]), row["from"], row["variable"]) for row in found]
    output.table("", ("setting", "value", "from", "variable"), table)


def rows(settings: Settings, origin: dict[str, str]) -> list[dict[str, Any]]:
    """One row for each setting: name, variable, value (secrets masked) and source."""
    return [
        {
            "name": ".".join(path),
            "variable": variable(path),
            "value": value_at(settings, path),
            "from": source_of(".".join(path), origin),
        }
        for path in setting_paths()
    ]


def source_of(name: str, origin: dict[str, str]) -> str:
    """Where the value of a setting comes from; a whole section may have been given at once."""
    return next((s for key, s in origin.items() if name == key or name.startswith(f"{key}.")), "default")


def value_at(settings: Settings, path: tuple[str, ...]) -> Any:
    """The value of a setting as plain data; a secret is only said to be there."""
    value: Any = settings
    for part in path:
        value = getattr(value, part)
    if isinstance(value, SecretStr):
        return "********" if value.get_secret_value() else ""
    if isinstance(value, dict):  # of sections, whose secrets pydantic masks
        value = {key: _plain(one) for key, one in cast(dict[str, Any], value).items()}
    return str(value) if isinstance(value, Path) else value


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


def shown(value: Any) -> str:
    """A value for people: lists by commas, nothing for nothing, long texts on one line."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
