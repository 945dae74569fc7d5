"""What do Solo's engines cost on top of the providers' own libraries?  python -m tests.bench.bench_providers

Ours and the bare library in turn, against the same loopback server, which runs in a process of its
own and speaks the provider's wire.  First text: wall time from the question; a chunk: processor
time of the client for one more chunk.  [--rounds N] [--tokens N] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from app.llm.engines.table import build
from app.llm.port import Piece
from tests.contracts.test_llm_engines import say
from tests.wire.engines import WIRES, spec_at
from tests.wire.server import KEY, MODEL, serving

QUESTION = "Count to one thousand."
SYSTEM = "You are Solo, a patient assistant who likes to count."
Texts = Callable[[int], AsyncIterator[str]]
Side = tuple[Texts, Callable[[], Awaitable[Any]]]
"""How it is asked, and how it is closed."""


def serve(provider: str, pipe: Connection) -> None:
    """In a process of its own, until it is ended."""

    async def run() -> None:
        async with serving(WIRES[provider]()) as server:
            server.brain.context = 1_000_000
            pipe.send(server.url)
            await asyncio.Event().wait()

    asyncio.run(run())


# -- bare libraries --------------------------------------------------------------------------------


def bare_openai(url: str) -> Side:
    from openai import AsyncOpenAI

    client = AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0)

    async def texts(tokens: int) -> AsyncIterator[str]:
        stream = await client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}],
            max_completion_tokens=tokens,
            stream=True,
            stream_options={"include_usage": True},
        )
        async for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                yield chunk.choices[0].delta.content

    return texts, client.close


def bare_anthropic(url: str) -> Side:
    from anthropic import AsyncAnthropic

    client = AsyncAnthropic(base_url=url, api_key=KEY, max_retries=0, open_telemetry=False)

    async def texts(tokens: int) -> AsyncIterator[str]:
        stream = await client.messages.create(
            model=MODEL,
            system=SYSTEM,
            messages=[{"role": "user", "content": QUESTION}],
            max_tokens=tokens,
            stream=True,
        )
        async for event in stream:
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                yield event.delta.text

    return texts, client.close


def bare_mistral(url: str) -> Side:
    from mistralai.client import Mistral

    client = Mistral(api_key=KEY, server_url=url.removesuffix("/v1"))

    async def texts(tokens: int) -> AsyncIterator[str]:
        stream = await client.chat.stream_async(
            model=MODEL,
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}],
            max_tokens=tokens,
        )
        async for event in stream:
            content = event.data.choices[0].delta.content
            if content:
                yield content if isinstance(content, str) else "".join(part.text for part in content)

    return texts, lambda: client.__aexit__(None, None, None)


def bare_google(url: str) -> Side:
    from google import genai

    client = genai.Client(api_key=KEY, vertexai=False, http_options={"base_url": url})

    async def texts(tokens: int) -> AsyncIterator[str]:
        config: Any = {"system_instruction": SYSTEM, "max_output_tokens": tokens}
        stream = await client.aio.models.generate_content_stream(
            model=MODEL, contents=QUESTION, config=config
        )
        async for chunk in stream:
            for part in chunk.candidates[0].content.parts or ():
                if part.text and not part.thought:
                    yield part.text

    return texts, client.aio.aclose


BARE: dict[str, tuple[str, Callable[[str], Side]]] = {
    "openai": ("openai", bare_openai),
    "anthropic": ("anthropic", bare_anthropic),
    "mistral": ("mistralai.client", bare_mistral),
    "google": ("google.genai", bare_google),
}


async def ours(provider: str, url: str) -> Side:
    engine = build(spec_at(provider, url, timeout=60))
    await engine.load()

    async def texts(tokens: int) -> AsyncIterator[str]:
        async with aclosing(engine.generate(say(QUESTION, max_tokens=tokens))) as steps:
            async for step in steps:
                if isinstance(step, Piece):
                    yield step.text

    return texts, engine.close


async def once(texts: Texts, tokens: int) -> tuple[float, float]:
    """ms to the first text, µs of the processor for each chunk after it."""
    begun = time.perf_counter()
    first = at_first = 0.0
    chunks = 0
    async for _ in texts(tokens):
        if not chunks:
            first, at_first = (time.perf_counter() - begun) * 1000, time.process_time()
        chunks += 1
    return first, (time.process_time() - at_first) * 1e6 / max(1, chunks - 1)


async def compare(provider: str, url: str, rounds: int, tokens: int) -> dict[str, float]:
    module, bare = BARE[provider]
    sides = {"ours": await ours(provider, url)}
    if _installed(module):
        sides["bare"] = bare(url)
    for texts, _ in sides.values():
        await once(texts, 20)
    seen: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side, (texts, _) in sides.items():
            seen[side].append(await once(texts, tokens))
    for _, close in sides.values():
        await close()
    row: dict[str, float] = {}
    for side, found in seen.items():
        row[f"{side}_first_ms"] = round(statistics.median(first for first, _ in found), 2)
        row[f"{side}_chunk_us"] = round(statistics.median(chunk for _, chunk in found), 1)
    if "bare" in sides:
        row["more_first_ms"] = round(row["ours_first_ms"] - row["bare_first_ms"], 2)
        row["more_chunk_us"] = round(row["ours_chunk_us"] - row["bare_chunk_us"], 1)
    return row


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--tokens", type=int, default=400)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows: dict[str, dict[str, float]] = {}
    context = multiprocessing.get_context("spawn")
    for provider, (module, _) in BARE.items():
        if provider == "anthropic" and not _installed(module):
            print(f"{provider}: its library is not installed")
            continue
        here, there = context.Pipe()
        child = context.Process(target=serve, args=(provider, there), daemon=True)
        child.start()
        try:
            rows[provider] = asyncio.run(compare(provider, here.recv(), args.rounds, args.tokens))
        finally:
            child.terminate()
            child.join()
        print(provider, rows[provider], flush=True)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
