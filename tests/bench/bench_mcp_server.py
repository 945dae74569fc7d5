"""What does it cost to be an MCP server?  python -m tests.bench.bench_mcp_server [--rounds N]

Against a door with scripted owners behind it, in one process with the client: what the first request
costs (it loads the library) and how long it holds the loop up, then requests one after the other on each
road.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import psutil

from app.config.settings import Settings
from app.kernel.runtime import Runtime

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


async def timed(call: Callable[[], Awaitable[Any]], rounds: int) -> str:
    """Median and p95 in milliseconds."""
    took = list[float]()
    for _ in range(rounds):
        began = time.perf_counter()
        await call()
        took.append((time.perf_counter() - began) * 1000)
    return f"median {statistics.median(took):.1f} ms, p95 {sorted(took)[int(0.95 * len(took))]:.1f} ms"


async def held_up(seen: list[float]) -> None:
    """How much later than wanted the loop comes round."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        seen.append((time.perf_counter() - began - 0.001) * 1000)


async def first(data_dir: Path) -> None:
    """The first request of a Solo, before the library is there."""
    from app.api.address import read_address, read_token
    from app.api.collector import Collector
    from app.api.service import ApiService

    runtime, settings = Runtime.new(), Settings.model_validate({"data_dir": data_dir, "api": {"port": 0}})
    process, late = psutil.Process(), list[float]()
    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(ApiService(runtime, settings, Collector(runtime, settings, list)).run, ready.set)
        await ready.wait()
        address = read_address(data_dir)
        assert address is not None
        headers = {"Authorization": f"Bearer {read_token(data_dir)}"} | ACCEPT
        async with httpx.AsyncClient(base_url=address.url, headers=headers, trust_env=False) as http:
            await http.get("/api/v1/tools")
            held, cpu, began = process.memory_info().rss, sum(process.cpu_times()[:2]), time.perf_counter()
            group.start_soon(held_up, late)
            (await http.post("/mcp", json=LIST)).raise_for_status()
            wall, cpu = time.perf_counter() - began, sum(process.cpu_times()[:2]) - cpu
        group.cancel_scope.cancel()
    late.sort()
    print(
        f"first request: {wall:.2f} s, {cpu:.2f} s of the processor, "
        f"{(process.memory_info().rss - held) / 1e6:.0f} MB; the loop is late by "
        f"p99 {late[int(0.99 * len(late))]:.1f} ms, at most {late[-1]:.1f} ms"
    )


async def later(data_dir: Path, rounds: int) -> None:
    """Requests on each road, by the official client."""
    from tests.unit.api.mcp.toolsmith import ROADS, client_of, living

    settings = Settings.model_validate({"data_dir": data_dir, "api": {"port": 0}})
    async with living(Runtime.new(), settings) as solo:
        for road in ROADS:
            async with client_of(solo, road) as client:
                await client.list_tools()
                print(f"{road}: tools/list {await timed(client.list_tools, rounds)}")
                call: Callable[[], Awaitable[Any]] = lambda: client.call_tool("what_time", {})  # noqa: E731
                print(f"{road}: tools/call {await timed(call, rounds)}")


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        anyio.run(first, Path(folder) / "first")
        anyio.run(later, Path(folder) / "later", rounds)


if __name__ == "__main__":
    main()
