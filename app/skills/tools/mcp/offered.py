"""From the tools that a server lists to those that Solo offers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from app.config.tools import McpServer
from app.events.tools import Effects, Tool
from app.skills.tools.mcp.names import names_of
from app.skills.tools.mcp.schemas import UnusableSchema, usable

if TYPE_CHECKING:
    import mcp_types

MOST = 128
LONGEST_NAME = 256
LONGEST_DESCRIPTION = 600


@dataclass(frozen=True, slots=True)
class Offered:
    """What of a server's tools can be called. own: name before the model → the server's own name;
    left_out: own name → why."""

    tools: tuple[Tool, ...] = ()
    own: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()


def offered(
    name: str,
    server: McpServer,
    listed: Sequence[mcp_types.Tool],
    *,
    servers: Collection[str] = (),
    taken: Collection[str] = (),
) -> Offered:
    """servers, taken: see names_of. Its annotations are believed: the owner has chosen the server."""
    left_out: dict[str, str] = {}
    schemas: dict[str, str] = {}
    kept: dict[str, mcp_types.Tool] = {}
    for tool in listed:
        own = tool.name
        why = _unusable(own, kept)
        if not why and not any(fnmatchcase(own, pattern) for pattern in server.allow):
            continue
        if not why:
            try:
                schemas[own] = usable(tool.input_schema)
                kept[own] = tool
            except UnusableSchema as error:
                why = str(error)
        if why:
            left_out[own[:LONGEST_NAME]] = why
    names = names_of(name, kept, servers=servers, taken=taken)
    tools = tuple(_tool(name, server, names[own], tool, schemas[own]) for own, tool in kept.items())
    return Offered(tools, tuple((names[own], own) for own in kept), tuple(left_out.items()))


def _unusable(own: str, kept: Collection[str]) -> str:
    if not own or len(own) > LONGEST_NAME:
        return f"its name does not have 1 to {LONGEST_NAME} characters"
    if own in kept:
        return "there are two of that name"
    return f"a server may have {MOST} tools" if len(kept) >= MOST else ""


def _tool(source: str, server: McpServer, name: str, tool: mcp_types.Tool, schema: str) -> Tool:
    reads_only = tool.annotations is not None and tool.annotations.read_only_hint is True
    effects: Effects = "none" if reads_only else "world"
    return Tool(
        name=name,
        description=_described(tool),
        parameters=schema,
        source=source,
        effects=effects,
        confirm=server.confirm == "always",
        unasked=server.confirm == "never",
        outside=True,
    )


def _described(tool: mcp_types.Tool) -> str:
    text = (tool.description or tool.title or tool.name)[: LONGEST_DESCRIPTION * 4]
    words = "".join(c if c.isprintable() or c == "\n" else " " for c in text).strip()
    return words if len(words) <= LONGEST_DESCRIPTION else f"{words[: LONGEST_DESCRIPTION - 1]}…"
