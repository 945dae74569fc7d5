"""The service of one MCP server: connected, its tools are in the toolbox; away, they are not.

The supervisor starts it again when the server dies or falls silent, and looks again later when it was
given up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.errors import SoloError
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.skills.tools.mcp.wanted import Wanted
from app.skills.tools.servers import ServerBoard
from app.skills.tools.toolbox import Toolbox

if TYPE_CHECKING:
    from app.skills.tools.mcp.connection import Connection


class McpService:
    """Ready when the server's tools can be called."""

    def __init__(self, runtime: Runtime, wanted: Wanted, toolbox: Toolbox, board: ServerBoard) -> None:
        self._runtime = runtime
        self._wanted = wanted
        self._toolbox = toolbox
        self._board = board

    async def run(self, ready: Ready) -> None:
        """Until cancelled; raises when the server is gone."""
        name, reason = self._wanted.name, "It is not running."
        self._board.report(name, "connecting")
        try:
            kind = await self._runtime.pool.run(_library)
            await kind(self._runtime, self._wanted, self._toolbox, self._board).run(ready)
        except SoloError as error:
            reason = str(error)
            raise
        finally:
            self._board.report(name, "away", reason)


def _library() -> type[Connection]:
    """In a thread: it takes half a second, for which nobody else is to wait."""
    from app.skills.tools.mcp.connection import Connection

    return Connection
