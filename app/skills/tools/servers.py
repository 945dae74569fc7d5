"""How the MCP servers are: each one's service says so here, and whoever asks reads it."""

from __future__ import annotations

from typing import Literal

from app.events.tools import ToolServer


class ServerBoard:
    """Name → how that server is."""

    def __init__(self) -> None:
        self._servers: dict[str, ToolServer] = {}

    def report(
        self,
        name: str,
        state: Literal["connected", "connecting", "away"],
        reason: str = "",
        tools: int = 0,
    ) -> None:
        """From now on the server is so."""
        self._servers[name] = ToolServer(name=name, state=state, reason=reason, tools=tools)

    def all(self) -> tuple[ToolServer, ...]:
        """By name."""
        return tuple(self._servers[name] for name in sorted(self._servers))
