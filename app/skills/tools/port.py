"""What the toolbox needs from whoever brings tools: Solo itself, a plug-in, an MCP server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.events.tools import Tool


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom a tool runs."""

    owner: str
    turn: str | None = None
    revision: int = 0


class ToolSource(Protocol):
    """Some tools, and who runs them. Safe to use from several tasks at once."""

    name: str
    """Unique; `solo` for the house, else that of the plug-in or server."""

    def tools(self) -> Sequence[Tool]:
        """Those that there are now; asked often, so it waits for nothing."""
        ...

    async def call(self, tool: str, arguments: dict[str, Any], caller: Caller) -> str:
        """Run one, with arguments that its schema allows; what it says for the model. Leaving the call
        ends the work where it can be ended.

        Raises SoloError: BadInput for arguments that it cannot use, Unavailable when whoever runs it is
        away. Anything else that it raises is taken for the tool's own failure.
        """
        ...
