"""llama.cpp in this process by llama-cpp-python: for GPU and special builds.

One model object, always called from one thread (a second calling thread halved its speed for
good, see the decisions), so one generation at a time; others wait, voice first.  The tokens of the
last prompt stay in its KV cache, and a prompt that begins like it pays only for what is new.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from app.kernel.blocking import Lane
from app.kernel.errors import BadInput, BrokenFile, Bug, MissingExtra, Unavailable
from app.llm.gate import Gate
from app.llm.handover import Handover
from app.llm.port import Finished, Generation, LlmCapabilities, Piece, Step
from app.llm.slots import Slots
from app.llm.spec import EngineSpec, reading_threads, writing_threads
from app.llm.weights import find_weights

BATCH = 128
"""Prompt tokens evaluated between two looks at whether anybody still wants the answer."""

_Run = Handover[Step]


class LlamaCpp:
    """See the module and `LanguageModel`."""

    name = "llama_cpp"

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = spec
        self._name = spec.model
        self._gate = Gate(Slots(1))
        self._lane = Lane("solo-llm")
        self._llama: Any = None
        self._template: Any = None
        self._runs: set[_Run] = set()
        self._ended: set[asyncio.Task[None]] = set()

    @property
    def capabilities(self) -> LlmCapabilities:
        return LlmCapabilities(self._name, self._spec.context, 1, local=True, counts_tokens=True)

    async def load(self) -> None:
        await self._lane.run(self._open)

    def _open(self) -> None:
        library = _library()
        self._name, path = find_weights(self._spec)
        self._llama = _load(library, self._spec, path)
        self._template = _template(library, self._llama)

    async def generate(self, request: Generation) -> AsyncGenerator[Step, None]:
        slot = await self._gate.enter(request.dialogue, request.priority)
        if self._llama is None:
            self._gate.leave(slot)
            raise Unavailable("The language model is not loaded.")
        run = _Run()
        self._runs.add(run)
        ended = asyncio.create_task(self._lane.run(self._write, request, run), name="llama_cpp:generate")
        self._ended.add(ended)
        ended.add_done_callback(lambda task: self._at_rest(task, slot))
        end: Step | None = None
        try:
            async for step in run:
                if isinstance(step, Finished):
                    end = step
                else:
                    yield step
            await asyncio.wait({ended})
            if end is not None:
                yield end
        finally:
            # The asker leaves at once; the model is busy until the thread has noticed.
            run.cancel()
            self._runs.discard(run)

    def _at_rest(self, ended: asyncio.Task[None], slot: int) -> None:
        self._ended.discard(ended)
        self._gate.leave(slot)

    def _write(self, request: Generation, run: _Run) -> None:
        """One generation, on the model's thread."""
        try:
            if not run.cancelled:
                self._generate(request, run)
            run.close()
        except BadInput as error:
            run.close(error)
        except Exception as error:  # noqa: BLE001  (the seam to C: whatever breaks answers the asker)
            run.close(Bug(f"llama.cpp failed: {error}"))

    def _generate(self, request: Generation, run: _Run) -> None:
        prompt, marks = self._prompt(request)
        cached = self._read(prompt, run)
        if run.cancelled:
            return
        chunks = self._llama.create_completion(
            prompt=prompt,
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            seed=request.seed,
            stop=[*request.stop, *marks],
            stream=True,
        )
        finish = "length"
        for chunk in chunks:
            choice = chunk["choices"][0]
            if choice["text"]:
                run.put(Piece(choice["text"]))
            finish = choice["finish_reason"] or finish
            if run.cancelled:
                return
        written = self._llama.n_tokens - len(prompt) + (finish == "length")
        run.put(Finished("length" if finish == "length" else "stop", len(prompt), cached, max(0, written)))

    def _prompt(self, request: Generation) -> tuple[list[int], list[str]]:
        """The tokens of the messages in the model's own template, and the texts that end a message."""
        made = self._template(messages=[{"role": m.role, "content": m.content} for m in request.messages])
        tokens: list[int] = self._llama.tokenize(
            made.prompt.encode(), add_bos=not made.added_special, special=True
        )
        if len(tokens) >= self._spec.context:
            raise BadInput(
                f"The prompt has {len(tokens)} tokens and the model takes {self._spec.context}.",
                hint="Say it shorter, or raise SOLO_LLM__GENERATION__CONTEXT.",
            )
        return tokens, [made.stop] if isinstance(made.stop, str) else list(made.stop or ())

    def _read(self, prompt: list[int], run: _Run) -> int:
        """Evaluate what the KV cache does not hold yet, a batch at a time, so that a long prompt
        can be cancelled; how many tokens it held."""
        llama = self._llama
        held = llama.input_ids[: llama.n_tokens]
        shorter = min(len(held), len(prompt) - 1)
        differ = np.flatnonzero(held[:shorter] != np.asarray(prompt[:shorter]))
        cached = int(differ[0]) if len(differ) else shorter
        if getattr(llama, "_is_recurrent", False) or getattr(llama, "_is_hybrid", False):
            return cached  # a state that cannot be cut back: the library decides what to keep
        llama.n_tokens = cached
        for start in range(cached, len(prompt), BATCH):
            if run.cancelled:
                break
            llama.eval(prompt[start : start + BATCH])
        return cached

    async def count(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        if self._llama is None:
            raise Unavailable("The language model is not loaded.")
        # Looking words up touches no state of the model: it need not wait for a generation.
        return await asyncio.to_thread(self._count, texts)

    def _count(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(len(self._llama.tokenize(text.encode(), add_bos=False)) if text else 0 for text in texts)

    async def close(self) -> None:
        for run in self._runs:
            run.cancel()
        if self._ended:
            await asyncio.wait(self._ended)
        llama, self._llama = self._llama, None
        if llama is not None:
            await self._lane.run(llama.close)
        self._lane.close()


def _library() -> Any:
    try:
        library = import_module("llama_cpp")
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "The engine llama_cpp needs the package llama-cpp-python, which is not installed.",
            hint="Build and install it: ./scripts/run_agent.sh --llama-cpp",
        ) from error
    _silence(library)
    return library


def _silence(library: Any) -> None:
    """Its log would be written over the terminal's screen, and to keep quiet while it loads it
    would point the standard output of the whole process, READY included, at nothing."""
    global _quiet  # noqa: PLW0603  (C keeps a pointer to it: it must live as long as the process)
    _quiet = library.llama_log_callback(_swallow)
    library.llama_log_set(_quiet, None)
    internals: Any = import_module("llama_cpp._internals")
    internals.suppress_stdout_stderr = _leave_output_alone


def _swallow(level: int, text: bytes, data: object) -> None:
    """A log that keeps nothing."""


def _leave_output_alone(disable: bool) -> nullcontext[None]:
    """Stands in for the library's way to keep quiet."""
    return nullcontext()


_quiet: Any = None


def _load(library: Any, spec: EngineSpec, path: Path) -> Any:
    try:
        return library.Llama(
            model_path=str(path),
            n_ctx=spec.context,
            n_batch=BATCH,
            n_ubatch=BATCH,
            n_threads=writing_threads(spec.threads, os.cpu_count() or 1),
            n_threads_batch=reading_threads(spec.threads, os.cpu_count() or 1),
            n_gpu_layers=spec.gpu_layers,
            verbose=False,
        )
    except (ValueError, RuntimeError) as error:
        raise BrokenFile(
            f"llama.cpp cannot load {path}: it is damaged or of a kind that it does not know.",
            hint="Look at it with: solo models verify",
        ) from error


def _template(library: Any, llama: Any) -> Any:
    """The chat template that the model carries, else ChatML."""
    formats = import_module(f"{library.__name__}.llama_chat_format")

    def text(token: int) -> str:
        return llama.detokenize([token], special=True).decode("utf-8", "replace") if token >= 0 else ""

    return formats.Jinja2ChatFormatter(
        template=llama.metadata.get("tokenizer.chat_template", formats.CHATML_CHAT_TEMPLATE),
        eos_token=text(llama.token_eos()),
        bos_token=text(llama.token_bos()),
    )
