"""What the response cache costs: python -m tests.bench.bench_response_cache [--entries 10000]

Beside it diskcache with the same texts, where that is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from app.config.cache import CacheSettings
from app.events.llm import ChatMessage
from app.kernel.runtime import Runtime
from app.llm.cache.disk import Disk
from app.llm.cache.entry import Entry
from app.llm.cache.key import key_of
from app.llm.cache.responses import FOLDER, ResponseCache
from app.llm.port import Generation

ROUNDS = 500
WORDS = "The capital of France is Paris, which lies on the Seine. " * 8


def an_entry(number: int) -> Entry:
    """Two sentences in 104 pieces: about 1.5 KB."""
    generation = Generation((ChatMessage(role="user", content=f"question {number} {WORDS}"),), 400, 0.0)
    key = key_of(generation, owner="anna", model="file:1", template="x" * 2500)
    pieces = tuple(word + " " for word in WORDS.split())
    return Entry(
        key=key, made_at=time.time(), took_ms=900, pieces=pieces, text=WORDS, finish="stop", model="small"
    )


async def timed(name: str, call: Callable[[int], Awaitable[Any]]) -> None:
    """Print the median and the 99th percentile of ROUNDS calls, in microseconds."""
    took: list[float] = []
    for number in range(ROUNDS):
        began = time.perf_counter()
        await call(number)
        took.append((time.perf_counter() - began) * 1e6)
    took.sort()
    print(f"{name:34} median {statistics.median(took):8.0f} µs   p99 {took[int(ROUNDS * 0.99)]:8.0f} µs")


async def ours(folder: Path, entries: int) -> None:
    """Through the pool, as the service calls it."""
    made = [an_entry(number) for number in range(ROUNDS)]
    cache = ResponseCache(Runtime.new(), CacheSettings(), folder)

    async def key(number: int) -> None:
        an_entry(number)

    await timed("key and entry made", key)
    await timed("put", lambda number: cache.put("anna", made[number]))
    await timed("get, from memory", lambda number: cache.get("anna", made[number].key))
    cold = ResponseCache(Runtime.new(), CacheSettings(memory_mb=0), folder)
    await timed("get, from disk", lambda number: cold.get("anna", made[number].key))
    await timed("get, not there", lambda number: cold.get("bert", made[number].key))
    disk = Disk(folder / FOLDER, 256 << 20, 1e6)
    for number in range(ROUNDS, entries):
        one = an_entry(number)
        disk.write("anna", one, one.model_dump_json().encode(), str(number), time.time())
    began = time.perf_counter()
    left, size = disk.tidy(time.time())
    took = (time.perf_counter() - began) * 1000
    print(f"looking through {left} entries ({size / 1e6:.1f} MB): {took:.0f} ms")


async def theirs(folder: Path) -> None:
    """diskcache's own calls, without a pool."""
    import diskcache  # type: ignore[import-not-found]

    made = [an_entry(number) for number in range(ROUNDS)]
    store: Any = diskcache.Cache(str(folder))

    async def put(number: int) -> None:
        store.set(made[number].key, made[number].model_dump_json(), expire=3600)

    async def get(number: int) -> None:
        Entry.model_validate_json(store.get(made[number].key))

    await timed("diskcache: set", put)
    await timed("diskcache: get", get)
    store.close()


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=10_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(ours(Path(folder) / "solo", wanted.entries))
        if find_spec("diskcache") is not None:
            asyncio.run(theirs(Path(folder) / "diskcache"))


if __name__ == "__main__":
    main()
