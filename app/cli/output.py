"""What every command needs at its edges: the settings that its flags lead to, and how it prints.

Words for people go through rich, JSON for programs to standard output, errors to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from app.kernel.errors import BadSettings, SoloError

if TYPE_CHECKING:
    from rich.console import Console

    from app.config.settings import Settings


def settings_of(context: typer.Context, changes: Mapping[str, Any] | None = None) -> Settings:
    """The settings for this command line. `changes`: dotted name → value, from the command's own flags.

    Raises BadSettings.
    """
    return settings_and_origin(context, changes)[0]


def settings_and_origin(
    context: typer.Context, changes: Mapping[str, Any] | None = None
) -> tuple[Settings, dict[str, str]]:
    """As `settings_of`, and where each value that is no default comes from. Raises BadSettings."""
    from app.config.load import SettingsProblem, loaded

    given: Mapping[str, Any] = context.find_root().obj or {}
    try:
        return loaded({**given, **(changes or {})})
    except SettingsProblem as problem:
        raise BadSettings(str(problem), hint=problem.hint) from None


def console(*, stderr: bool = False) -> Console:
    """A console for people; what people said is printed with markup=False."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output; paths and the like become strings."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def print_error(error: SoloError) -> None:
    """What went wrong and the way out, on one line of standard error."""
    sys.stderr.write(f"solo: {error}\n".encode("utf-8", "replace").decode("utf-8"))
    sys.stderr.flush()


def table(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """A plain table for people; cells are text, never markup."""
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title or None, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column)
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    console().print(made)
