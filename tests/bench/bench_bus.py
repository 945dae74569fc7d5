"""How fast is the bus?  python -m tests.bench.bench_bus [--json FILE]

Side by side in one run: deliveries per second to ten subscribers over bare `asyncio.Queue`s and
over the bus; how long a fact waits at 10,000 a second (p50, p99, worst); what an `ask` costs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import statistics
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

from app.events.base import Answer, Request
from app.events.llm import CountTokensEvent, TokenCountEvent
from app.events.voice import WakeWordEvent
from app.kernel.runtime import Runtime

SUBSCRIBERS = 10
EVENTS = 20_000
BATCH = 200
"""Facts published between two breaths, as many as a queue of the default size takes easily."""

EVENT = WakeWordEvent(word="hey_jarvis", score=0.9, sample=1, engine="bench")


async def bare_queues() -> float:
    """Deliveries per second of ten asyncio.Queues with a consumer each."""
    queues: list[asyncio.Queue[object]] = [asyncio.Queue(1024) for _ in range(SUBSCRIBERS)]

    async def consume(queue: asyncio.Queue[object]) -> None:
        for _ in range(EVENTS):
            await queue.get()

    async with asyncio.TaskGroup() as group:
        for queue in queues:
            group.create_task(consume(queue))
        await asyncio.sleep(0)
        began = time.perf_counter()
        for number in range(EVENTS):
            for queue in queues:
                queue.put_nowait(EVENT)
            if number % BATCH == BATCH - 1:
                await asyncio.sleep(0)
    return EVENTS * SUBSCRIBERS / (time.perf_counter() - began)


async def the_bus() -> float:
    """Deliveries per second of ten subscriptions."""
    bus = Runtime.new().bus
    subscriptions = [bus.subscribe(WakeWordEvent, name=f"s{n}") for n in range(SUBSCRIBERS)]

    async def consume(number: int) -> None:
        left = EVENTS
        async for _ in subscriptions[number]:
            left -= 1
            if not left:
                return

    async with asyncio.TaskGroup() as group:
        for number in range(SUBSCRIBERS):
            group.create_task(consume(number))
        await asyncio.sleep(0)
        began = time.perf_counter()
        for number in range(EVENTS):
            bus.publish(EVENT)
            if number % BATCH == BATCH - 1:
                await asyncio.sleep(0)
    return EVENTS * SUBSCRIBERS / (time.perf_counter() - began)


async def waiting(rate: int = 10_000, seconds: float = 3.0) -> dict[str, float]:
    """Milliseconds from publish to receipt at `rate` facts a second, ten subscribers."""
    bus = Runtime.new().bus
    waits: list[float] = []
    total = int(rate * seconds)

    async def consume(number: int) -> None:
        left = total
        with bus.subscribe(WakeWordEvent, name=f"s{number}") as facts:
            async for envelope in facts.envelopes():
                waits.append((time.monotonic() - envelope.at) * 1000)
                left -= 1
                if not left:
                    return

    async with asyncio.TaskGroup() as group:
        for number in range(SUBSCRIBERS):
            group.create_task(consume(number))
        await asyncio.sleep(0)
        began = time.monotonic()
        sent = 0
        while sent < total:
            due = min(total, int((time.monotonic() - began) * rate) + 1)
            while sent < due:
                bus.publish(EVENT)
                sent += 1
            await asyncio.sleep(0)
    waits.sort()
    return {
        "p50_ms": round(waits[len(waits) // 2], 4),
        "p99_ms": round(waits[int(len(waits) * 0.99)], 4),
        "worst_ms": round(waits[-1], 3),
    }


async def asking(count: int = 5000) -> float:
    """Microseconds for a request with one answer, one after the other."""
    runtime = Runtime.new()

    async def answer(_request: Request) -> AsyncGenerator[Answer, None]:
        yield TokenCountEvent(counts=(1,), context=1)

    async with runtime.bus.serve(CountTokensEvent, answer, name="bench"):
        began = time.perf_counter()
        for _ in range(count):
            await runtime.bus.request(CountTokensEvent(texts=("x",)), TokenCountEvent)
        return (time.perf_counter() - began) / count * 1e6


def run(what: Callable[[], Awaitable[float]]) -> float:
    async def main() -> float:
        return await what()

    return asyncio.run(main())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    bare: list[float] = []
    ours: list[float] = []
    for _ in range(given.rounds):  # A B A B, for these machines are shared and noisy
        bare.append(run(bare_queues))
        ours.append(run(the_bus))
    result = {
        "machine": f"{platform.machine()} {platform.python_version()}",
        "bare_per_second": round(statistics.median(bare)),
        "bus_per_second": round(statistics.median(ours)),
        "ratio": round(statistics.median(b / a for a, b in zip(bare, ours, strict=True)), 3),
        "waiting": asyncio.run(waiting()),
        "ask_us": round(run(asking), 1),
    }
    print(json.dumps(result, indent=1))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
