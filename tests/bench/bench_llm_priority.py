"""Does voice wait behind background work?  python -m tests.bench.bench_llm_priority [--pieces 16,32,64]

For each size of the pieces in which background prompts are read, in a process of its own: how long 3,300
tokens take to be read, and how late the first token of a short voice request is while nothing runs,
while a maintenance generation writes, and while one reads 3,300 tokens.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from contextlib import aclosing
from typing import Any

from app.events.llm import ChatMessage, Priority
from app.llm.engines.xllamacpp import PIECE
from app.llm.port import Generation, Piece
from tests.bench import _llm

CONTEXT, SLOTS = 4096, 3
LONG = "Tell me about the river that runs past the old mill and down to the sea. " * 192
TOPICS = ("rivers", "bread", "the moon", "trains", "bees", "salt", "chess", "clouds", "rain", "wool")


def question(number: int) -> tuple[ChatMessage, ...]:
    return _llm.messages(f"Tell me in one sentence about {TOPICS[number % len(TOPICS)]}, number {number}.")


class Background:
    """A maintenance generation that runs until it is stopped."""

    def __init__(self, engine: Any, said: tuple[ChatMessage, ...]) -> None:
        self._request = Generation(said, 1500, 0.0, priority="maintenance")
        self._engine = engine
        self._pieces = 0
        self.writes = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with aclosing(self._engine.generate(self._request)) as steps:
            async for step in steps:
                self._pieces += isinstance(step, Piece)
                if self._pieces == 3:
                    self.writes.set()

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})


async def measure(args: argparse.Namespace, piece: int) -> dict[str, Any]:
    engine = await _llm.solo(args, context=CONTEXT, slots=SLOTS, piece=piece)
    priority: Priority = "voice"
    await _llm.ask(engine, question(99), "v", priority, 8)
    read = await _llm.ask(engine, _llm.messages("Read: " + LONG), "r", "maintenance", 1)
    idle, writing, reading = list[float](), list[float](), list[float]()
    for number in range(args.rounds):
        heard = await _llm.ask(engine, question(number), "v", priority, 8)
        idle.append(heard.first)
        background = Background(engine, _llm.messages(f"Write a long story about {TOPICS[number % 10]}."))
        await background.writes.wait()
        heard = await _llm.ask(engine, question(100 + number), "v", priority, 8)
        writing.append(heard.first)
        await background.stop()
        background = Background(engine, _llm.messages(f"{number}. {LONG}"))
        await asyncio.sleep(0.6 + 0.11 * number)
        heard = await _llm.ask(engine, question(200 + number), "v", priority, 8)
        reading.append(heard.first)
        await background.stop()
    return {
        "piece": piece,
        "read_s": round(read.first, 2),
        "tokens": read.prompt,
        "idle_ms": figures(idle),
        "writing_ms": figures(writing),
        "reading_ms": figures(reading),
    }


def figures(seconds: list[float]) -> dict[str, int]:
    ms = sorted(round(value * 1000) for value in seconds)
    return {"median": round(statistics.median(ms)), "worst": ms[-1], "best": ms[0]}


def main() -> None:
    parser = _llm.parser(__doc__)
    parser.add_argument("--pieces", default=str(PIECE))
    args = parser.parse_args()
    if args.part:
        _llm.run(measure(args, int(args.part)))
    found: dict[str, Any] = {"load": _llm.load(), "model": args.model, "rounds": args.rounds, "sizes": []}
    for piece in args.pieces.split(","):
        row = _llm.child("tests.bench.bench_llm_priority", args, piece)
        found["sizes"].append(row)
        late = {
            name: row[f"{name}_ms"]["median"] - row["idle_ms"]["median"] for name in ("writing", "reading")
        }
        print(
            f"pieces of {piece:>3}: {row['tokens']} tokens read in {row['read_s']} s; "
            f"first token of voice: idle {row['idle_ms']}, "
            f"beside writing {row['writing_ms']} (+{late['writing']}), "
            f"beside reading {row['reading_ms']} (+{late['reading']})",
            flush=True,
        )
    print("load", found["load"], "->", _llm.load())
    _llm.finish(args, found)


if __name__ == "__main__":
    main()
