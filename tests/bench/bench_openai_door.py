"""What does Solo's door cost?  python -m tests.bench.bench_openai_door [--model NAME] [--rounds N]

Time to the first token and tokens a second of Solo's /v1/chat/completions, beside llama.cpp's own server
out of the same library with the same parameters.  Each is a process of its own with the model in it; one
client asks both the same questions in turn, with the one that goes first changing each time.

An answer whose first word may become "Assistant:" or the question over again is kept back for a token
until that is clear; such rounds are counted by themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from app.events.llm import ChatMessage
from app.kernel.environ import prepare
from app.llm.clean import ReplyCleaner, echoes
from tests.conftest import MODELS

TEXT = re.compile(rb'"content": ?"([^"]+)"')
TOPICS = ("rivers", "bread", "the moon", "trains", "bees", "salt", "chess", "clouds", "glass", "wool")


# -- the two doors, each in a process of its own -------------------------------------------------


def bare(model: str) -> None:
    """llama.cpp's own server, with the engine's parameters."""
    import xllamacpp  # type: ignore[import-untyped]

    from app.llm.engines import xllamacpp as engine
    from app.llm.spec import reading_threads, writing_threads
    from tests.real.openai_house import settings_of

    settings = settings_of(Path("unused"), model).llm
    cores = engine.os.cpu_count() or 1
    params = xllamacpp.CommonParams()
    params.model.path = str(next((MODELS / "llm").glob(f"{model}*.gguf")))
    params.n_parallel, params.n_ctx = settings.slots, settings.generation.context * settings.slots
    params.n_batch = params.n_ubatch = getattr(engine, "BATCH", 64)
    params.cpuparams.n_threads = writing_threads(settings.generation.threads, cores)
    params.cpuparams_batch.n_threads = reading_threads(settings.generation.threads, cores)
    params.cache_ram_mib, params.verbosity, params.ui = 0, -1, False
    server = xllamacpp.Server(params)
    say(str(server.listening_address), "none")


def solo(model: str) -> None:
    """Solo's."""
    from tests.real.openai_house import house, settings_of

    async def main() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with house(settings_of(Path(folder), model), "llm") as it:
                await asyncio.to_thread(say, it.url, it.token)

    asyncio.run(main())


def instant(model: str) -> None:
    """Solo's, with a model that takes no time at all: what is left is the door."""
    from app.events.llm import LLMRequestEvent, LLMResponseEvent, LLMTokenEvent
    from tests.real.openai_house import house, settings_of

    async def write(request: LLMRequestEvent) -> Any:
        for _ in range(request.max_tokens or 0):
            yield LLMTokenEvent(text=" word")
        yield LLMResponseEvent(text="", finish="stop", model="instant")

    async def main() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with house(settings_of(Path(folder), model), scripted=write) as it:
                await asyncio.to_thread(say, it.url, it.token)

    asyncio.run(main())


def say(url: str, token: str) -> None:
    """Tell where it is, and stay until the other end is gone."""
    print(json.dumps({"url": url, "token": token}), flush=True)
    sys.stdin.read()


class Door:
    """One of them, and a client of it."""

    def __init__(self, name: str, model: str) -> None:
        words = [sys.executable, "-m", "tests.bench.bench_openai_door", "--door", name, "--model", model]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                where = json.loads(line)
                break
        else:
            raise RuntimeError(f"{name} did not start")
        self._where = urlsplit(where["url"]).netloc
        self._token = where["token"]
        self._known = psutil.Process(self._process.pid)

    @property
    def processor_seconds(self) -> float:
        """What it has used."""
        times = self._known.cpu_times()
        return times.user + times.system

    def ask(self, text: str, tokens: int) -> tuple[float, float, int, str]:
        """Seconds to the first token, tokens a second after it, how many there were, and the first."""
        body = {
            "messages": [{"role": "user", "content": text}],
            "stream": True,
            "temperature": 0,
            "max_tokens": tokens,
        }
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        client = http.client.HTTPConnection(self._where)
        client.connect()
        began = time.perf_counter()
        client.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        answer = client.getresponse()
        assert answer.status == 200, answer.status
        found = [(time.perf_counter(), text[1]) for line in answer if (text := TEXT.search(line))]
        client.close()
        times = [at for at, _ in found]
        rate = (len(times) - 1) / (times[-1] - times[0])
        return times[0] - began, rate, len(times), found[0][1].decode()

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def held(question: str, first: str) -> bool:
    """Is the first token of an answer kept back?"""
    cleaner = ReplyCleaner(echoes((ChatMessage(role="user", content=question),)))
    return not cleaner.feed(first)


def alone(args: argparse.Namespace) -> dict[str, float]:
    """Milliseconds to the first token and processor microseconds for each of them, without a model."""
    door = Door("instant", args.model)
    try:
        firsts = [door.ask("Hello", 2)[0] * 1000 for _ in range(args.rounds * 5)]
        before = door.processor_seconds
        for _ in range(args.rounds):
            door.ask("Hello", 1000)
        each = (door.processor_seconds - before) / args.rounds / 1000
    finally:
        door.close()
    return {
        "first_token_ms": round(statistics.median(firsts), 2),
        "microseconds_per_token": round(each * 1e6),
    }


def measure(args: argparse.Namespace) -> dict[str, Any]:
    doors = {name: Door(name, args.model) for name in ("bare", "solo")}
    firsts: dict[str, list[float]] = {name: [] for name in doors}
    speeds: dict[str, list[float]] = {name: [] for name in doors}
    costs: dict[str, list[float]] = {name: [] for name in doors}
    kept: list[bool] = []
    try:
        for number, name in enumerate((*doors, *doors) * 2):  # every slot has read the system prompt
            doors[name].ask(f"Hello, who are you? {number}", 8)
        for number in range(args.rounds):
            topic = TOPICS[number % len(TOPICS)]
            question = f"{number}: write a long story about {topic} and what they mean to people who work."
            order = ("bare", "solo") if number % 2 else ("solo", "bare")
            for name in order:
                before = doors[name].processor_seconds
                first, speed, tokens, word = doors[name].ask(question, args.tokens)
                if name == "bare":
                    kept.append(held(question, word))
                costs[name].append((doors[name].processor_seconds - before) / tokens * 1000)
                firsts[name].append(first * 1000)
                speeds[name].append(speed)
    finally:
        for door in doors.values():
            door.close()
    later = [mine - theirs for mine, theirs in zip(firsts["solo"], firsts["bare"], strict=True)]
    at_once = [late for late, waits in zip(later, kept, strict=True) if not waits]
    waited = [late for late, waits in zip(later, kept, strict=True) if waits]
    rates = [mine / theirs for mine, theirs in zip(speeds["solo"], speeds["bare"], strict=True)]
    return {
        "model": args.model,
        "rounds": args.rounds,
        "first_token_ms": {name: round(statistics.median(firsts[name]), 2) for name in firsts},
        "later_ms_median": round(statistics.median(later), 2),
        "told_at_once": [len(at_once), round(statistics.median(at_once), 2) if at_once else None],
        "kept_back": [len(waited), round(statistics.median(waited), 2) if waited else None],
        "tokens_per_second": {name: round(statistics.median(speeds[name]), 2) for name in speeds},
        "processor_ms_per_token": {name: round(statistics.median(costs[name]), 2) for name in costs},
        "rate_median": round(statistics.median(rates), 3),
    }


def main() -> None:
    prepare()  # for both doors, as `solo` does it
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="qwen2.5-coder-0.5b-instruct")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--tokens", type=int, default=80)
    parser.add_argument("--alone", action="store_true", help="only what the door costs without a model")
    parser.add_argument("--door", choices=("bare", "solo", "instant"))
    args = parser.parse_args()
    if args.door:
        {"bare": bare, "solo": solo, "instant": instant}[args.door](args.model)
        return
    print(json.dumps({"door_alone": alone(args)} | ({} if args.alone else measure(args)), indent=2))


if __name__ == "__main__":
    main()
