"""An MCP server made with the official package, in a process of its own.

python -m tests.real.mcp_server stdio|newest|http FOLDER [PORT]

FOLDER: where it writes down what happens to it; newest: it refuses the greeting of older protocols
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.utilities.types import Image
from mcp.types import SamplingMessage, TextContent, ToolAnnotations

FOLDER = Path(sys.argv[2])
server = MCPServer("house", version="1", log_level="CRITICAL")


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def echo(text: str) -> str:
    """Say it again."""
    return text


@server.tool()
def weather(city: str) -> dict[str, Any]:
    return {"city": city, "sky": "clear", "degrees": 21}


@server.tool()
def fail(how: str) -> str:
    raise ToolError(f"There is no such lamp: {how}, and {os.environ.get('HOUSE_KEY', 'no key')}")


@server.tool(structured_output=False)
def picture() -> list[Any]:
    return ["The garden:", Image(data=b"x" * 20_000, format="png")]


@server.tool(name="under_stand.it")
def odd() -> str:
    return "the one with a dot"


@server.tool()
def about() -> str:
    known = sorted(name for name in os.environ if name.startswith(("SOLO", "HOUSE")))
    return f"{os.getpid()} {known} {Path.cwd()}"


@server.tool()
async def hang(name: str) -> str:
    """Never ends by itself."""
    (FOLDER / f"{name}.begun").touch()
    try:
        await anyio.sleep_forever()
    finally:
        (FOLDER / f"{name}.called_off").touch()
    return ""


@server.tool()
def die() -> str:
    os._exit(3)


@server.tool()
def grow(name: str) -> str:
    """Have a tool more."""
    server.add_tool(lambda: "new", name=name, description="It is new.")
    return "grown"


@server.tool()
async def tell(context: Context) -> str:
    """Say that there are others now."""
    await context.notify_tools_changed()
    if context.protocol_version is None or context.protocol_version < "2026":
        await context.session.send_tool_list_changed()
    return "told"


@server.tool()
def shout(megabytes: int) -> str:
    """Fill the log."""
    line = "\x1b[31m" + os.environ.get("HOUSE_KEY", "") + "!" * 1000 + "\n"
    for _ in range(megabytes * 1000):
        sys.stderr.write(line)
    return "shouted"


@server.tool()
async def nosy(context: Context) -> str:
    """Ask the other side's model."""
    message = SamplingMessage(role="user", content=TextContent(type="text", text="Who are you?"))
    await context.session.create_message([message], max_tokens=5)
    return "answered"


def _refuse_greeting() -> None:
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(0, 1)
    known = {"supported": ["2026-07-28"], "requested": "2025-11-25"}
    error = {"code": -32022, "message": "no", "data": known}
    os.write(1, json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}).encode() + b"\n")


if __name__ == "__main__":
    match sys.argv[1]:
        case "http":
            server.run("streamable-http", port=int(sys.argv[3]))
        case how:
            if how == "newest":
                _refuse_greeting()
            server.run("stdio")
