"""What do tools of MCP servers cost?  python -m tests.bench.bench_mcp [--calls N]

The package's import in a Solo that has its other libraries already; a call by Solo's way and by the bare
package, in turn, to the same program; and 100 MB without a line's end from a server, for 20 seconds, by the
package's transport and by ours.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import anyio
from mcp import ClientSession, MCPError, StdioServerParameters, stdio_client

from app.kernel.errors import Unavailable
from tests.conftest import ROOT
from tests.real.mcp_child import honest, hostile, running

IMPORT = """
import sys, time, psutil
import app.api.service, app.llm.service, app.llm.engines.openai_server, app.dialogue.service
import jsonschema, openai
rss = lambda: psutil.Process().memory_info().rss / 1e6
before, began, modules = rss(), time.process_time(), len(sys.modules)
import app.skills.tools.mcp.connection
print(time.process_time() - began, rss() - before, len(sys.modules) - modules)
"""


def importing() -> None:
    rows = [
        [float(word) for word in subprocess.check_output([sys.executable, "-c", IMPORT], cwd=ROOT).split()]
        for _ in range(3)
    ]
    seconds, megabytes, modules = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"import: {seconds:.2f} s of the processor, {megabytes:.0f} MB, {modules:.0f} modules")


async def calling(calls: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = honest(Path(folder))
        bare = StdioServerParameters(command=server.command, args=list(server.args), cwd=server.cwd)
        ours: list[float] = []
        theirs: list[float] = []
        async with (
            running(server) as house,
            stdio_client(bare) as (inbox, outbox),
            ClientSession(inbox, outbox) as session,
        ):
            await session.initialize()
            for _ in range(calls):
                began = time.perf_counter()
                await house.call("echo", text="Hello")
                ours.append(time.perf_counter() - began)
                began = time.perf_counter()
                await session.call_tool("echo", {"text": "Hello"})
                theirs.append(time.perf_counter() - began)
    for name, times in (("ours", ours), ("bare", theirs)):
        times.sort()
        middle, late = 1000 * times[len(times) // 2], 1000 * times[len(times) * 19 // 20]
        print(f"a call, {name}: {middle:.2f} ms, p95 {late:.2f}")


def most() -> float:
    """Megabytes of memory at most until now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


async def long_line(by: str) -> None:
    server = hostile("long_line")
    began, before = time.process_time(), most()
    if by == "ours":
        async with running(server) as house:
            try:
                await house.call("good")
            except Unavailable as error:
                print(f"  {error}")
    else:
        bare = StdioServerParameters(command=server.command, args=list(server.args))
        async with stdio_client(bare) as (inbox, outbox), ClientSession(inbox, outbox) as session:
            await session.initialize()
            try:
                await session.call_tool("good", {}, read_timeout_seconds=20)
            except MCPError as error:
                print(f"  {error}")
    grown = most() - before
    used = time.process_time() - began
    print(f"a line without an end, {by}: {used:.1f} s of the processor, {grown:.0f} MB more")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    options = parser.parse_args()
    importing()
    anyio.run(calling, options.calls)
    for by in ("ours", "bare"):
        anyio.run(long_line, by)
