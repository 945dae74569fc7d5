"""Finding engines by name.

Each folder of engines has one table `name → "module:Class"`.  Third parties add to it with a
Python entry point in the group `solo.<folder>`; a name of the house is never replaced.  Nothing is
imported before it is chosen.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import EntryPoints, entry_points
from typing import Any

from app.kernel.errors import MissingExtra, NotFound


def names(folder: str, table: Mapping[str, str]) -> list[str]:
    """Every name that `load` would accept, sorted."""
    return sorted(set(table) | plugged_in(folder).names)


def load(folder: str, table: Mapping[str, str], name: str, *, what: str) -> Any:
    """Import what stands under `name`.

    Raises NotFound with the nearest name, or MissingExtra when a package that it needs is absent.
    """
    target = table.get(name)
    if target is None:
        found = [point for point in plugged_in(folder) if point.name == name]
        if not found:
            known = names(folder, table)
            near = get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
            raise NotFound(f"There is no {what} called {name!r}.", hint=hint)
        target = found[0].value
    module, _, attribute = target.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"The {what} {name} needs the package {error.name}, which is not installed.",
            hint="See the extras in the README: ./scripts/setup_dev.sh --extra …",
        ) from error


def plugged_in(folder: str) -> EntryPoints:
    """What third parties add to a folder, as it is installed now."""
    return _installed(f"solo.{folder}", tuple((place, _changed(place)) for place in sys.path))


@lru_cache(maxsize=32)
def _installed(group: str, places: tuple[tuple[str, int], ...]) -> EntryPoints:
    """Reading what every package says takes tens of milliseconds, and targets are looked up on the event
    loop: it is done again only when something was put into a folder that packages lie in."""
    return entry_points(group=group)


def _changed(place: str) -> int:
    """When something was last put there or taken away, in nanoseconds."""
    try:
        return os.stat(place or ".").st_mtime_ns  # noqa: PTH116  (a Path costs more than the look)
    except OSError:
        return 0
