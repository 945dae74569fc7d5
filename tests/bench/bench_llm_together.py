"""Eight people at once, and the second turn of a long dialogue, beside the bare library.

python -m tests.bench.bench_llm_together [--model smollm2-135m-instruct] [--passes 3]

Each way in a process of its own, in turn (Solo, bare, Solo, bare …), pooled. The bare library has a
slot for each person and its own size of batches; Solo has the same and one more, which is kept for voice.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app.events.llm import ChatMessage
from tests.bench import _llm
from tests.bench._llm import Bare, Heard

USERS, CONTEXT = 8, 512
LONG_CONTEXT = 4608
TOPICS = ("rivers", "bread", "the moon", "trains", "bees", "salt", "chess", "clouds")
TURN = "Tell me about the river that runs past the old mill and down to the sea. " * 28


def question(person: int, round_: int) -> tuple[ChatMessage, ...]:
    return _llm.messages(f"Round {round_}: write a long story about {TOPICS[person]}.")


def summary(rounds: list[list[Heard]], seconds: float) -> dict[str, Any]:
    heard = [one for round_ in rounds for one in round_]
    return {
        "tokens": sum(one.tokens for one in heard),
        "seconds": round(seconds, 2),
        "first_ms": [round(one.first * 1000) for one in heard],
    }


async def together_solo(args: argparse.Namespace) -> dict[str, Any]:
    engine = await _llm.solo(args, context=CONTEXT, slots=USERS + 1)
    await _llm.ask(engine, question(0, 99), "warm", tokens=8)
    rounds, seconds = list[list[Heard]](), 0.0
    for number in range(args.rounds):
        began = time.perf_counter()
        asked = (_llm.ask(engine, question(person, number), f"{person}") for person in range(USERS))
        rounds.append(list(await asyncio.gather(*asked)))
        seconds += time.perf_counter() - began
    return summary(rounds, seconds)


async def together_bare(args: argparse.Namespace) -> dict[str, Any]:
    bare = Bare(args, context=CONTEXT, slots=USERS)
    bare.ask(question(0, 99), tokens=8)
    rounds, seconds = list[list[Heard]](), 0.0
    with ThreadPoolExecutor(USERS) as pool:
        for number in range(args.rounds):
            began = time.perf_counter()
            rounds.append(list(pool.map(bare.ask, [question(person, number) for person in range(USERS)])))
            seconds += time.perf_counter() - began
    return summary(rounds, seconds)


def turns(number: int) -> tuple[ChatMessage, ...]:
    """A dialogue of 4,000 tokens, and a short new question."""
    said = [_llm.SYSTEM]
    for turn in range(8):
        said.append(ChatMessage(role="user", content=f"{turn}. {TURN}"))
        said.append(ChatMessage(role="assistant", content="I see."))
    return (*said, ChatMessage(role="user", content=f"And what is number {number}?"))


async def second_solo(args: argparse.Namespace) -> dict[str, Any]:
    engine = await _llm.solo(args, context=LONG_CONTEXT, slots=3)
    first = await _llm.ask(engine, turns(0), "d", tokens=1)
    again = [await _llm.ask(engine, turns(n + 1), "d", tokens=1) for n in range(args.rounds)]
    return second(first, again)


async def second_bare(args: argparse.Namespace) -> dict[str, Any]:
    bare = Bare(args, context=LONG_CONTEXT, slots=3)
    first = bare.ask(turns(0), 1, tokens=1)
    again = [bare.ask(turns(n + 1), 1, tokens=1) for n in range(args.rounds)]
    return second(first, again)


def second(first: Heard, again: list[Heard]) -> dict[str, Any]:
    return {
        "prompt": first.prompt,
        "cold_ms": round(first.first * 1000),
        "evaluated": max(one.prompt - one.cached for one in again),
        "first_ms": [round(one.first * 1000) for one in again],
    }


PARTS = {
    "together_solo": together_solo,
    "together_bare": together_bare,
    "second_solo": second_solo,
    "second_bare": second_bare,
}


def pool(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Of several passes one figure each."""
    firsts = sorted(ms for row in rows for ms in row["first_ms"])
    found: dict[str, Any] = {
        "median_ms": round(statistics.median(firsts)),
        "p95_ms": firsts[round(0.95 * (len(firsts) - 1))],
    }
    if "tokens" in rows[0]:
        seconds = sum(row["seconds"] for row in rows)
        found["tokens_per_second"] = round(sum(row["tokens"] for row in rows) / seconds, 1)
    else:
        found |= {name: max(row[name] for row in rows) for name in ("prompt", "evaluated")}
    return found


def main() -> None:
    parser = _llm.parser(__doc__)
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--kinds", default="together,second")
    args = parser.parse_args()
    if args.part:
        _llm.run(PARTS[args.part](args))
    found: dict[str, Any] = {"load": _llm.load(), "model": args.model}
    for kind in args.kinds.split(","):
        rows: dict[str, list[dict[str, Any]]] = {"solo": [], "bare": []}
        for _ in range(args.passes):
            for way, of in rows.items():
                of.append(_llm.child("tests.bench.bench_llm_together", args, f"{kind}_{way}"))
        found[kind] = {way: pool(of) for way, of in rows.items()}
        print(kind, found[kind], flush=True)
        ratios = {
            name: round(found[kind]["solo"][name] / found[kind]["bare"][name], 3)
            for name in found[kind]["solo"]
            if found[kind]["bare"][name]
        }
        print(f"  Solo / bare: {ratios}", flush=True)
    print("load", found["load"], "->", _llm.load())
    _llm.finish(args, found)


if __name__ == "__main__":
    main()
