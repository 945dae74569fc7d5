"""How the services of the MCP servers are made: one for each, and one that says what is set wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.config.settings import Settings
from app.config.tools import McpServer
from app.kernel.errors import BadSettings
from app.kernel.lifecycle import Ready, Restart, ServiceSpec
from app.kernel.runtime import Runtime
from app.skills.tools.mcp.entries import servers_of
from app.skills.tools.mcp.service import McpService
from app.skills.tools.mcp.wanted import Wanted
from app.skills.tools.servers import ServerBoard
from app.skills.tools.toolbox import Toolbox

COMES_BACK: Final = Restart(tries=4, first=0.5, revive=30.0)
"""A server that was given up may be installed, mended or switched on later."""
START_SECONDS: Final = 120.0
"""It has said by itself what is wrong long before."""
STOP_SECONDS: Final = 10.0
"""A program may take some for itself before it is ended."""


def mcp_specs(
    runtime: Runtime, settings: Settings, toolbox: Toolbox, board: ServerBoard
) -> list[ServiceSpec]:
    """Empty where none is set, or tools are switched off. Nothing waits for any of them."""
    if not settings.tools.enabled:
        return []
    servers, wrong = servers_of(settings.tools)
    names = frozenset(servers)

    def spec(name: str, server: McpServer) -> ServiceSpec:
        wanted = Wanted(name, server, names, settings.offline)
        return ServiceSpec(
            f"mcp.{name}",
            lambda: McpService(runtime, wanted, toolbox, board),
            after_ready=True,
            start_timeout=START_SECONDS,
            stop_timeout=STOP_SECONDS,
            restart=COMES_BACK,
        )

    specs = [spec(name, server) for name, server in servers.items()]
    if wrong:
        specs.append(ServiceSpec("mcp", lambda: _SetWrong(wrong, settings, board), after_ready=True))
    return specs


@dataclass(frozen=True, slots=True)
class _SetWrong:
    """Says so where everybody looks, and lets Solo and the other servers run."""

    wrong: list[BadSettings]
    settings: Settings
    board: ServerBoard

    async def run(self, ready: Ready) -> None:
        more = f" ({len(self.wrong) - 1} more like it.)" if len(self.wrong) > 1 else ""
        problem = BadSettings(f"{self.wrong[0].message}{more}", hint=self.wrong[0].hint)
        self.board.report(self.settings.tools.servers_file or "servers", "away", str(problem))
        raise problem
