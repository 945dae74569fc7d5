"""Running MCP servers as Solo runs them, for tests: under a supervisor, with a toolbox and a board."""

from __future__ import annotations

import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from app.config.tools import McpServer
from app.events.tools import ToolServer
from app.kernel.lifecycle import Restart, ServiceSpec
from app.kernel.runtime import Runtime
from app.kernel.supervisor import Supervisor
from app.skills.tools.mcp.service import McpService
from app.skills.tools.mcp.wanted import Pace, Wanted
from app.skills.tools.port import Caller
from app.skills.tools.servers import ServerBoard
from app.skills.tools.toolbox import Toolbox
from tests.conftest import ROOT

ME = Caller("me")
PATIENCE = 200.0
"""Seconds that nothing takes, but on a machine that does other things."""
KEY = "sk-very-secret-indeed"
AGAIN = Restart(tries=3, first=0.05, revive=0.3)
HOSTILE = Path(__file__).with_name("mcp_hostile.py")


@dataclass(frozen=True)
class House:
    toolbox: Toolbox
    board: ServerBoard
    supervisor: Supervisor
    name: str

    async def call(self, tool: str, /, **arguments: Any) -> str:
        _, source = self.toolbox.tools()[f"{self.name}_{tool}"]
        with anyio.fail_after(PATIENCE):
            return await source.call(f"{self.name}_{tool}", arguments, ME)

    def names(self) -> set[str]:
        return set(self.toolbox.tools())

    def now(self) -> ToolServer:
        return self.board.all()[0]


async def until(holds: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Wait until it does."""
    with anyio.fail_after(seconds):
        while not holds():  # noqa: ASYNC110  (it is another program that changes things)
            await anyio.sleep(0.01)


def honest(folder: Path, how: str = "stdio", **more: Any) -> McpServer:
    """The server of the official package."""
    arguments = ["-m", "tests.real.mcp_server", how, str(folder)]
    return McpServer.model_validate({"command": sys.executable, "args": arguments, "cwd": str(ROOT), **more})


def hostile(what: str, **more: Any) -> McpServer:
    return McpServer.model_validate({"command": sys.executable, "args": ["-S", str(HOSTILE), what], **more})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def running(
    server: McpServer,
    *,
    pace: Pace | None = None,
    offline: bool = False,
    up: bool = True,
) -> AsyncIterator[House]:
    """up: yield when it is connected."""
    name = "house"
    runtime, toolbox, board = Runtime.new(), Toolbox(), ServerBoard()

    def make() -> McpService:
        wanted = Wanted(name, server, frozenset([name]), offline, pace or Pace())
        return McpService(runtime, wanted, toolbox, board)

    supervisor = Supervisor(runtime, [ServiceSpec(f"mcp.{name}", make, restart=AGAIN)])
    house = House(toolbox, board, supervisor, name)
    async with supervisor.running():
        await until(board.all)
        if up:
            await until(lambda: house.now().state == "connected")
        yield house
