"""How long vectors from a provider hold up the event loop: by the library's own call, and by Solo's.

    python -m tests.bench.bench_vectors

A server of this machine answers with so many vectors, as numbers or in base64; the longest time for which
the loop could do nothing else is told, the median of nine rounds, in milliseconds.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from statistics import median

import httpx2
import numpy as np
from openai import AsyncOpenAI

from app.llm.rows import of_openai

ROUNDS = 9
TRIED = ((64, 1536, "float"), (64, 1536, "base64"), (8, 1024, "float"), (4, 3072, "float"))


def answer(count: int, size: int, form: str) -> bytes:
    """What the server says."""
    numbers = np.random.default_rng(0).standard_normal((count, size)).astype("<f4")
    vectors = [base64.b64encode(r.tobytes()).decode() if form == "base64" else r.tolist() for r in numbers]
    data = [{"object": "embedding", "index": n, "embedding": vector} for n, vector in enumerate(vectors)]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return json.dumps({"object": "list", "data": data, "model": "m", "usage": usage}).encode()


async def blocked(work: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds."""
    worst, over = 0.0, False

    async def beat() -> None:
        nonlocal worst
        while not over:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            worst = max(worst, time.perf_counter() - began - 0.001)

    beating = asyncio.create_task(beat())
    await work()
    over = True
    await beating
    return worst * 1000


async def tried(count: int, size: int, form: str) -> tuple[float, float]:
    """By the library, by ours."""
    body = answer(count, size, form)
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"{head}connection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0)
        more = {} if form == "base64" else {"encoding_format": "float"}

        async def library() -> None:
            await client.embeddings.create(model="m", input=["x"] * count, **more)  # type: ignore[call-overload]

        async def ours() -> None:
            came = await client.post("/embeddings", body={"input": ["x"]}, cast_to=httpx2.Response)
            await asyncio.to_thread(of_openai, came.content, count)

        await library()
        await ours()
        rounds = [(await blocked(library), await blocked(ours)) for _ in range(ROUNDS)]
        await client.close()
    return median(one for one, _ in rounds), median(other for _, other in rounds)


def main() -> None:
    for count, size, form in TRIED:
        library, ours = asyncio.run(tried(count, size, form))
        print(f"{count:3} vectors of {size} as {form:6}  library {library:6.0f} ms  ours {ours:6.0f} ms")


if __name__ == "__main__":
    main()
