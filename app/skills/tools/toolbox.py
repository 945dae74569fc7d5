"""Every tool that there is now, by name."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from app.events.tools import Tool
from app.skills.tools.port import ToolSource


class Toolbox:
    """Sources come and go (an MCP server dies and comes back); the first to bring a name keeps it."""

    def __init__(self) -> None:
        self._sources: dict[str, ToolSource] = {}

    @contextmanager
    def holding(self, source: ToolSource) -> Generator[None]:
        """Its tools can be used while the context lasts."""
        self._sources[source.name] = source
        try:
            yield
        finally:
            if self._sources.get(source.name) is source:
                del self._sources[source.name]

    def tools(self) -> dict[str, tuple[Tool, ToolSource]]:
        """By name, as things stand."""
        found: dict[str, tuple[Tool, ToolSource]] = {}
        for source in self._sources.values():
            for tool in source.tools():
                found.setdefault(tool.name, (tool, source))
        return found
