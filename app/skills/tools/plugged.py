"""Everybody who brings tools in this process: Solo itself, and packages that plug some in."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import structlog

from app.events.tools import HOUSE, Tool
from app.kernel import plugins
from app.kernel.errors import BadInput
from app.skills.tools.functions import MARK, FunctionSource
from app.skills.tools.port import ToolSource
from app.skills.tools.running import outcome
from app.skills.tools.surroundings import Surroundings
from app.skills.tools.table import TOOLS

log = structlog.get_logger("solo.tools")

Functions = Sequence[Callable[..., Any]]

PATIENCE_SECONDS: Final = 30.0
"""A plug-in that needs longer to be imported is left out."""


def house(around: Surroundings) -> ToolSource:
    """Solo's own tools, one source."""
    functions: list[Callable[..., Any]] = []
    for name in TOOLS:
        make: Callable[[Surroundings], Functions] = plugins.load("tools", TOOLS, name, what="set of tools")
        functions += make(around)
    return FunctionSource(HOUSE, functions, around.runtime.pool)


async def plugged_in(around: Surroundings) -> list[ToolSource]:
    """Those of packages. One that is broken is logged and left out."""
    found: list[ToolSource] = []
    for name in plugins.names("tools", TOOLS):
        if name in TOOLS:
            continue
        made = await outcome(around.runtime.pool.run(_load, name, around), PATIENCE_SECONDS)
        if not isinstance(made, BaseException) and made.name in {one.name for one in found}:
            made = BadInput(f"There is another source called {made.name}.")
        if isinstance(made, BaseException):
            log.warning("tools_left_out", plugin=name, error=type(made).__name__, why=str(made)[:300])
        else:
            found.append(made)
    return found


def _load(name: str, around: Surroundings) -> ToolSource:
    return source(name, plugins.load("tools", TOOLS, name, what="set of tools"), around)


def source(name: str, thing: Any, around: Surroundings) -> ToolSource:
    """What an entry point stands for: a source, functions, one function that is marked with `tool`, or
    something callable (with the surroundings, if it wants anything) that gives one of these. Raises
    BadInput."""
    made: Any = thing
    if callable(thing) and not hasattr(thing, MARK) and not _is_source(thing):
        made = thing(around) if _takes(thing) else thing()
    if hasattr(made, MARK):
        made = [made]
    if isinstance(made, list | tuple):
        return FunctionSource(name, cast(Functions, made), around.runtime.pool)
    if not _is_source(made):
        raise BadInput(f"The plug-in {name} gives neither functions nor a source of tools.")
    if made.name == HOUSE:
        raise BadInput(f"The plug-in {name} calls itself {HOUSE}, which Solo's own tools are called.")
    brought = cast(ToolSource, made)
    if not all(isinstance(one, Tool) for one in cast(Sequence[object], brought.tools())):
        raise BadInput(f"The plug-in {name} brings something that is no tool.")
    return brought


def _takes(thing: Callable[..., Any]) -> bool:
    """It cannot be called with nothing."""
    given = inspect.signature(thing).parameters.values()
    return any(
        one.default is one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD) for one in given
    )


def _is_source(thing: Any) -> bool:
    return not isinstance(thing, type) and all(hasattr(thing, part) for part in ("name", "tools", "call"))
