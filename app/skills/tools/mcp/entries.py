"""The MCP servers of the settings, and of a file as other programs have it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, cast

from pydantic import ValidationError

from app.config.tools import McpServer, ToolsSettings, wrong_name
from app.kernel.errors import BadSettings

LARGEST: Final = 1024 * 1024
MOST: Final = 32
SETTING: Final = "SOLO_TOOLS__SERVERS_FILE"


def servers_of(settings: ToolsSettings) -> tuple[dict[str, McpServer], list[BadSettings]]:
    """Those that are switched on, by name (a name of the settings goes before the same of the file), and
    what is wrong with the file."""
    found: dict[str, McpServer] = {}
    wrong: list[BadSettings] = []
    if settings.servers_file:
        try:
            found, wrong = of_file(Path(settings.servers_file).expanduser())
        except BadSettings as error:
            wrong = [error]
    found |= settings.servers
    if len(found) > MOST:
        wrong.append(BadSettings(f"There are {len(found)} MCP servers; Solo uses {MOST}, the first by name."))
    used = sorted(found)[:MOST]
    return {name: found[name] for name in used if found[name].enabled}, wrong


def of_file(path: Path) -> tuple[dict[str, McpServer], list[BadSettings]]:
    """The servers of a file, and what is wrong with single ones. Raises BadSettings where it is none."""
    entries = _read(path)
    found: dict[str, McpServer] = {}
    wrong: list[BadSettings] = []
    for name, entry in entries.items():
        problem = wrong_name(name)
        if not problem:
            try:
                found[name] = _server(entry)
            except ValueError as error:
                problem = f"the MCP server {name} is not one: {_why(error)}"
        if problem:
            wrong.append(BadSettings(f"In {path}, {problem}.", hint="See docs/mcp.md."))
    return found, wrong


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise BadSettings(
            f"The file of MCP servers, {path}, cannot be read: {error.strerror or 'unknown'}.",
            hint=f"Set {SETTING}, or leave it empty.",
        ) from None
    if len(raw) > LARGEST:
        raise BadSettings(f"{path} is larger than 1 MiB, which no file of MCP servers is.")
    try:
        tree = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise BadSettings(f"{path} is not JSON{line}.", hint="See docs/mcp.md.") from None
    entries = cast(dict[str, Any], tree).get("mcpServers") if isinstance(tree, dict) else None
    if not isinstance(entries, dict):
        raise BadSettings(f"{path} has no `mcpServers` with servers by name.", hint="See docs/mcp.md.")
    return cast(dict[str, Any], entries)


def _server(entry: Any) -> McpServer:
    """What other programs have in their entries beside this is theirs. Raises ValueError."""
    if not isinstance(entry, dict):
        raise ValueError("it has neither a command nor a url")
    given = cast(dict[str, Any], entry)
    if given.get("type") == "sse":
        raise ValueError("it speaks SSE, which is no longer in use; look for its address for streamable HTTP")
    known = {key: value for key, value in given.items() if key in McpServer.model_fields}
    if given.get("disabled") is True:
        known["enabled"] = False
    return McpServer.model_validate(known)


def _why(error: ValueError) -> str:
    """Without values: there are keys among them."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{where}: {message[0].lower()}{message[1:]}" if where else message
