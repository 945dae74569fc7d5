"""`solo mcp`: Solo's tools for programs that start their MCP servers themselves."""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import output

if TYPE_CHECKING:
    from app.config.settings import Settings


def mcp(
    context: typer.Context,
    show: Annotated[
        bool, typer.Option("--show", help="Print what belongs into that file, for this Solo, and end.")
    ] = False,
) -> None:
    """Speak MCP on standard input and output, for a program that starts this by itself.

    It belongs into the program's file of MCP servers (often mcp.json), under "mcpServers":
    "solo": {"command": "solo", "args": ["--data-dir", "FOLDER", "mcp"]}. With --show the whole entry is
    printed, with this Solo's folders.

    The program then has Solo's tools, ask_solo and Solo's conversations. The Solo that runs answers; where
    none runs, what is needed of one is started, and let go half a minute after its last use. Errors and
    the log go to standard error.
    """
    settings = output.settings_of(context)
    if show:
        output.print_json(_entry(settings))
        return

    import anyio

    from app.kernel import log

    # Standard output is the protocol's, and the folder that the program starts this in is not Solo's.
    log.configure(settings.log, None)
    # Standard input is read in a thread that nothing but its end can wake.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    anyio.run(_serve, settings)


async def _serve(settings: Settings) -> None:
    import logging

    from mcp.server.stdio import stdio_server

    from app.api.mcp.desk import Desk
    from app.api.mcp.server import build
    from app.main import serving
    from app.skills.tools.table import PARTS

    logging.getLogger("mcp").setLevel(logging.WARNING)
    async with Desk.open(settings, serving, PARTS) as desk, stdio_server() as (incoming, outgoing):
        server = build(desk)
        await server.run(incoming, outgoing, server.create_initialization_options())


def _entry(settings: Settings) -> dict[str, Any]:
    """This Solo as an entry of an `mcpServers` file; whoever reads it starts programs anywhere."""
    folders = {"--data-dir": settings.data_dir, "--models-dir": settings.models_dir}
    words = [word for flag, folder in folders.items() for word in (flag, str(folder.resolve()))]
    words += ["--set", f"cache_dir={settings.cache_dir.resolve()}", "mcp"]
    beside = shutil.which("solo", path=str(Path(sys.executable).parent))
    command = [beside] if beside else [sys.executable, "-m", "app"]
    return {"mcpServers": {"solo": {"command": command[0], "args": [*command[1:], *words]}}}
