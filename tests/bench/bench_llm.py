"""How fast is the language model?  python -m tests.bench.bench_llm [--model NAME] [--json FILE]

Every figure comes from a process of its own: tokens a second and time to the first token for 1, 4
and 8 people at once, through the service and through bare xllamacpp; the second turn of a
dialogue; a voice request behind a long prompt; loading; memory at rest.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil

from app.config.llm import AnalysisSettings, GenerationSettings, LlmSettings, MaintenanceSettings
from app.events.llm import ChatMessage, LLMRequestEvent, LLMResponseEvent, LLMTokenEvent, Priority
from app.kernel.runtime import Runtime
from app.llm.service import LlmService

USERS = (1, 4, 8)
TOKENS = 60
TOPICS = ("rivers", "bread", "the moon", "trains", "bees", "salt", "chess", "clouds")
LONG = "Tell me about the river that runs past the old mill and down to the sea. " * 85


def question(number: int, round_: int) -> str:
    return f"Round {round_}: write a long story about {TOPICS[number % len(TOPICS)]}."


def p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def summary(firsts: list[float], tokens: int, seconds: float) -> dict[str, float]:
    return {
        "tokens_per_second": round(tokens / seconds, 1),
        "first_token_ms_median": round(statistics.median(firsts) * 1000),
        "first_token_ms_p95": round(p95(firsts) * 1000),
    }


# -- through the service ---------------------------------------------------------------------------


@asynccontextmanager
async def service(args: argparse.Namespace) -> Any:
    role = {"engine": args.engine, "model": args.model, "context": args.context, "threads": args.threads}
    settings = LlmSettings(
        generation=GenerationSettings(**role),
        analysis=AnalysisSettings(**role),
        maintenance=MaintenanceSettings(**role),
    )
    runtime = Runtime.new()
    llm = LlmService(runtime, settings, args.models_dir)
    ready = asyncio.Event()
    task = asyncio.create_task(llm.run(ready.set))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    yield runtime, llm
    task.cancel()
    await asyncio.wait({task})


async def ask(
    runtime: Runtime, text: str, dialogue: str, priority: Priority = "chat", tokens: int = TOKENS
) -> tuple[float, LLMResponseEvent]:
    """Seconds to the first token, and the end."""
    began, first = time.perf_counter(), 0.0
    request = LLMRequestEvent(
        messages=(ChatMessage(role="user", content=text),),
        dialogue=dialogue,
        priority=priority,
        max_tokens=tokens,
        temperature=0.0,
    )
    async with runtime.bus.ask(request) as answers:
        async for answer in answers:
            if isinstance(answer, LLMTokenEvent):
                first = first or time.perf_counter() - began
            elif isinstance(answer, LLMResponseEvent):
                return first, answer
    raise RuntimeError("no answer")


async def users_service(args: argparse.Namespace) -> dict[str, Any]:
    async with service(args) as (runtime, _):
        found: dict[str, Any] = {}
        for users in USERS:
            firsts: list[float] = []
            tokens, seconds = 0, 0.0
            for round_ in range(args.rounds):
                began = time.perf_counter()
                done = await asyncio.gather(
                    *(ask(runtime, question(n, round_), f"{users}-{n}") for n in range(users))
                )
                seconds += time.perf_counter() - began
                firsts += [first for first, _ in done]
                tokens += sum(end.completion_tokens for _, end in done)
            found[str(users)] = summary(firsts, tokens, seconds)
        return found


async def second_turn(args: argparse.Namespace) -> dict[str, Any]:
    async with service(args) as (runtime, _):
        cold, _ = await ask(runtime, LONG, "d", tokens=1)
        await ask(runtime, "Something else.", "e", tokens=1)
        warm, second = await ask(runtime, LONG + "And now?", "d", tokens=1)
        return {
            "prompt_tokens": second.prompt_tokens,
            "cached_tokens": second.cached_tokens,
            "first_turn_ms": round(cold * 1000),
            "second_turn_ms": round(warm * 1000),
        }


async def behind_a_long_prompt(args: argparse.Namespace) -> dict[str, Any]:
    async with service(args) as (runtime, _):
        alone, _ = await ask(runtime, "Hello, who are you?", "v", "voice", tokens=4)
        background = asyncio.create_task(ask(runtime, LONG, "long", "maintenance", tokens=1))
        await asyncio.sleep(0.3)
        behind, _ = await ask(runtime, "Well then, who am I?", "v2", "voice", tokens=4)
        background.cancel()
        await asyncio.wait({background})
        return {"alone_ms": round(alone * 1000), "behind_ms": round(behind * 1000)}


async def at_rest(args: argparse.Namespace) -> dict[str, Any]:
    before = psutil.Process().memory_info().rss
    async with service(args) as (_, llm):
        await asyncio.sleep(0.2)
        stats = llm.stats()
        rss = psutil.Process().memory_info().rss
        return {
            "rss_mb": round(rss / 1e6),
            "of_it_python_mb": round(before / 1e6),
            "load_ms": round(stats["load_ms"]),
            "warm_ms": round(stats["warm_ms"]),
        }


# -- bare xllamacpp --------------------------------------------------------------------------------


async def users_bare(args: argparse.Namespace) -> dict[str, Any]:
    import xllamacpp  # type: ignore[import-untyped]

    from app.llm.engines.xllamacpp import BATCH
    from app.llm.spec import EngineSpec, reading_threads, writing_threads
    from app.llm.weights import find_weights

    role = GenerationSettings(engine="xllamacpp", model=args.model)
    _, path = find_weights(EngineSpec.of_role(LlmSettings(), role, args.models_dir, True))
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_parallel, params.n_ctx = 4, 4 * args.context
    params.n_batch = params.n_ubatch = BATCH
    params.cpuparams.n_threads = writing_threads(args.threads, os.cpu_count() or 1)
    params.cpuparams_batch.n_threads = reading_threads(args.threads, os.cpu_count() or 1)
    params.cache_ram_mib, params.verbosity = 0, -1
    server = xllamacpp.Server(params)

    def one(text: str) -> tuple[float, int]:
        began, first, tokens = time.perf_counter(), 0.0, 0

        def take(chunk: dict[str, Any]) -> bool:
            nonlocal first, tokens
            if any(choice["delta"].get("content") for choice in chunk.get("choices", ())):
                first = first or time.perf_counter() - began
            tokens = chunk.get("timings", {}).get("predicted_n", tokens)
            return False

        body = {"messages": [{"role": "user", "content": text}], "max_tokens": TOKENS, "temperature": 0}
        server.handle_chat_completions(body | {"stream": True}, take)
        return first, tokens

    found: dict[str, Any] = {}
    with ThreadPoolExecutor(max(USERS)) as pool:
        for users in USERS:
            firsts: list[float] = []
            tokens, seconds = 0, 0.0
            for round_ in range(args.rounds):
                began = time.perf_counter()
                done = list(pool.map(one, [question(n, round_) for n in range(users)]))
                seconds += time.perf_counter() - began
                firsts += [first for first, _ in done]
                tokens += sum(count for _, count in done)
            found[str(users)] = summary(firsts, tokens, seconds)
    return found


PARTS = {
    "rest": at_rest,
    "service": users_service,
    "bare": users_bare,
    "second_turn": second_turn,
    "behind": behind_a_long_prompt,
}


def child(args: argparse.Namespace, part: str) -> Any:
    """Run one part in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.bench_llm", "--part", part]
    for name in ("model", "engine", "context", "threads", "rounds", "models_dir"):
        command += [f"--{name.replace('_', '-')}", str(getattr(args, name))]
    out = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(out.stdout.splitlines()[-1])


def show(found: dict[str, Any]) -> None:
    print(f"\n{found['model']} ({found['engine']}, context {found['context']}), load {found['loadavg']}")
    for way in ("service", "bare"):
        for users, row in found.get(way, {}).items():
            figures = (
                f"{row['tokens_per_second']:>7} tok/s   first token {row['first_token_ms_median']:>6} ms"
            )
            print(f"  {way:8} {users} at once {figures} (p95 {row['first_token_ms_p95']} ms)")
    for part in ("second_turn", "behind", "rest"):
        if part in found:
            print(f"  {part:12} " + "  ".join(f"{name} {value}" for name, value in found[part].items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--engine", default="xllamacpp")
    parser.add_argument("--context", type=int, default=2048)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--models-dir", type=Path, default=Path(os.environ.get("SOLO_MODELS_DIR", "models")))
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--part", choices=sorted(PARTS))
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    if args.part:
        print(json.dumps(asyncio.run(PARTS[args.part](args))))
        return
    found: dict[str, Any] = {
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "loadavg": [round(value, 1) for value in os.getloadavg()],
        **{name: getattr(args, name) for name in ("model", "engine", "context", "threads", "rounds")},
    }
    for part in args.parts.split(","):
        found[part] = child(args, part)
    show(found)
    if args.json:
        args.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
