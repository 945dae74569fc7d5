"""What the benchmarks of the language model share: Solo's engine, and the bare library beside it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from app.config.llm import SYSTEM_PROMPT, GenerationSettings, LlmSettings
from app.events.llm import ChatMessage, Priority
from app.llm.engines.xllamacpp import PIECE, XllamaCpp
from app.llm.port import Finished, Generation, LanguageModel, Piece
from app.llm.spec import EngineSpec
from app.llm.weights import find_weights

SYSTEM = ChatMessage(role="system", content=SYSTEM_PROMPT)


def parser(words: str | None) -> argparse.ArgumentParser:
    """The options that all of them have."""
    made = argparse.ArgumentParser(description=words)
    made.add_argument("--model", default="qwen2.5-coder-0.5b-instruct")
    made.add_argument("--models-dir", type=Path, default=Path(os.environ.get("SOLO_MODELS_DIR", "models")))
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--json", type=Path)
    made.add_argument("--part")
    return made


def spec_of(args: argparse.Namespace, *, context: int, slots: int) -> EngineSpec:
    """Solo's engine for the model of the options."""
    role = GenerationSettings(engine="xllamacpp", model=args.model, context=context)
    return EngineSpec.of_role(LlmSettings(slots=slots), role, args.models_dir, True)


async def solo(args: argparse.Namespace, *, context: int, slots: int, piece: int = PIECE) -> XllamaCpp:
    """Solo's engine, loaded."""
    engine = XllamaCpp(spec_of(args, context=context, slots=slots), piece=piece)
    await engine.load()
    return engine


@dataclass(frozen=True, slots=True)
class Heard:
    """Seconds to the first token and of the whole; how it ended."""

    first: float
    whole: float
    tokens: int
    prompt: int
    cached: int


def messages(text: str) -> tuple[ChatMessage, ...]:
    return (SYSTEM, ChatMessage(role="user", content=text))


async def ask(
    engine: LanguageModel,
    said: Sequence[ChatMessage],
    dialogue: str | None,
    priority: Priority = "chat",
    tokens: int = 60,
) -> Heard:
    """Ask Solo's engine."""
    began, first, end = time.perf_counter(), 0.0, Finished("stop")
    request = Generation(tuple(said), tokens, 0.0, dialogue=dialogue, priority=priority)
    async with aclosing(engine.generate(request)) as steps:
        async for step in steps:
            if isinstance(step, Piece):
                first = first or time.perf_counter() - began
            elif isinstance(step, Finished):
                end = step
    whole = time.perf_counter() - began
    return Heard(first, whole, end.completion_tokens, end.prompt_tokens, end.cached_tokens)


class Bare:
    """The library by itself, with its own size of batches."""

    def __init__(self, args: argparse.Namespace, *, context: int, slots: int) -> None:
        xllamacpp: Any = import_module("xllamacpp")
        params: Any = xllamacpp.CommonParams()
        params.model.path = str(find_weights(spec_of(args, context=context, slots=slots))[1])
        params.n_parallel, params.n_ctx = slots, slots * context
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = os.cpu_count() or 1
        params.verbosity = -1
        self._server: Any = xllamacpp.Server(params)

    def ask(self, said: Sequence[ChatMessage], slot: int | None = None, tokens: int = 60) -> Heard:
        """Blocks; may be called from several threads at once."""
        began, first, timings = time.perf_counter(), 0.0, dict[str, int]()

        def take(chunk: dict[str, Any]) -> bool:
            nonlocal first, timings
            if any(choice["delta"].get("content") for choice in chunk.get("choices", ())):
                first = first or time.perf_counter() - began
            timings = chunk.get("timings", timings)
            return False

        plain = [{"role": message.role, "content": message.content} for message in said]
        body: dict[str, Any] = {"messages": plain, "max_tokens": tokens, "temperature": 0, "stream": True}
        if slot is not None:
            body["id_slot"] = slot
        self._server.handle_chat_completions(body, take)
        whole = time.perf_counter() - began
        cached = timings.get("cache_n", 0)
        return Heard(first, whole, timings.get("predicted_n", 0), cached + timings.get("prompt_n", 0), cached)


def child(module: str, args: argparse.Namespace, part: str) -> Any:
    """Run one part in a process of its own; the last line it prints is its result."""
    command = [sys.executable, "-m", module, "--part", part, "--model", args.model]
    command += ["--models-dir", str(args.models_dir), "--rounds", str(args.rounds)]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(out.stdout.splitlines()[-1])


def load() -> list[float]:
    """How busy the machine has been."""
    return [round(value, 1) for value in os.getloadavg()]


def finish(args: argparse.Namespace, found: dict[str, Any]) -> None:
    """Keep what was found, where that was asked for."""
    if args.json:
        args.json.write_text(json.dumps(found, indent=1))


def run(part: Any) -> None:
    """A part of its own process."""
    print(json.dumps(asyncio.run(part)), flush=True)
    os._exit(0)  # the bare library keeps threads that do not end
