"""llama.cpp in this process by llama-cpp-python: for GPU and special builds.

One model object, always called from one thread (a second calling thread halved its speed for
good, see the decisions), so one generation at a time; others wait, voice first.  The tokens of the
last prompt stay in its KV cache, and a prompt that begins like it pays only for what is new.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from app.kernel.errors import BadInput, BrokenFile, MissingExtra, Unavailable, Unsupported
from app.llm import wire
from app.llm.calls import CallsInText, forced_schema
from app.llm.one_by_one import OneByOne, Run
from app.llm.port import Finished, Generation, LlmCapabilities, Piece, Step
from app.llm.prompts.header import PromptHeader, header_of
from app.llm.prompts.late_tools import tool_words, with_words
from app.llm.prompts.render import Rendered, render, template_of
from app.llm.spec import EngineSpec, reading_threads, writing_threads
from app.llm.weights import find_weights

BATCH = 128
"""Prompt tokens evaluated between two looks at whether anybody still wants the answer."""


class LlamaCpp:
    """See the module and `LanguageModel`."""

    name = "llama_cpp"

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = spec
        self._name = spec.model
        self._turns = OneByOne("llama.cpp", self._check, self._generate)
        self._llama: Any = None
        self._header = PromptHeader()
        self._marked = False

    @property
    def capabilities(self) -> LlmCapabilities:
        return LlmCapabilities(
            self._name,
            self._spec.context,
            1,
            local=True,
            counts_tokens=True,
            tools=True,
            schema=True,
            grammar=True,
            marked=self._marked,
        )

    async def load(self) -> None:
        await self._turns.lane.run(self._open)

    def _open(self) -> None:
        library = _library()
        self._name, path = find_weights(self._spec)
        self._header = header_of(path)
        self._marked = template_of(self._header).marked
        self._llama = _load(library, self._spec, path)

    def generate(self, request: Generation) -> AsyncGenerator[Step, None]:
        return self._turns.generate(request)

    def _check(self, request: Generation) -> None:
        if self._llama is None:
            raise Unavailable("The language model is not loaded.")
        if request.logprobs is not None:
            raise Unsupported(
                "llama-cpp-python would have to keep the chances of every token of the prompt, too.",
                hint="Take the engine xllamacpp: SOLO_LLM__GENERATION__ENGINE=xllamacpp",
            )

    def _generate(self, request: Generation, run: Run) -> None:
        prompt, made = self._prompt(request)
        cached = self._read(prompt, run)
        if run.cancelled:
            return
        grammar = _grammar(request, self._llama)
        begun = bool(request.messages) and request.messages[-1].role == "assistant"
        if made.thinking and grammar is None and not begun:
            run.put(Piece(made.thinking))  # the prompt has begun the thought that the answer goes on with
        chunks = self._llama.create_completion(
            prompt=prompt,
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            seed=request.seed,
            stop=[*request.stop, *made.stops],
            stream=True,
            grammar=grammar,
            **request.sampling.model_dump(exclude_none=True),
        )
        finish = "length"
        text = CallsInText(() if request.tool_choice == "none" else request.tools)
        for chunk in chunks:
            choice = chunk["choices"][0]
            if told := text.feed(choice["text"]):
                run.put(Piece(told))
            finish = choice["finish_reason"] or finish
            if run.cancelled:
                return
        rest, calls = text.finish()
        if rest:
            run.put(Piece(rest))
        written = max(0, self._llama.n_tokens - len(prompt) + (finish == "length"))
        why = "tool_calls" if calls else wire.why(finish)
        run.put(Finished(why, len(prompt), cached, written, calls))

    def _prompt(self, request: Generation) -> tuple[list[int], Rendered]:
        """The tokens of the messages in the model's own template, and what else is to be known of it."""
        said, begun = request.messages, ""
        if said and said[-1].role == "assistant":
            said, begun = said[:-1], said[-1].content
        tools = () if request.tool_choice == "none" else request.tools
        if tools and request.dialogue is not None and (words := tool_words(self._header, tools)):
            said, tools = with_words(said, words), ()
        made = render(said, self._header, tools=tools)
        tokens: list[int] = self._llama.tokenize(
            (made.text + begun.removeprefix(made.thinking)).encode(), add_bos=made.add_bos, special=True
        )
        if len(tokens) >= self._spec.context:
            raise BadInput(
                f"The prompt has {len(tokens)} tokens and the model takes {self._spec.context}.",
                hint="Say it shorter, or raise SOLO_LLM__GENERATION__CONTEXT.",
            )
        return tokens, made

    def _read(self, prompt: list[int], run: Run) -> int:
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
        await self._turns.rest()
        llama, self._llama = self._llama, None
        if llama is not None:
            await self._turns.lane.run(llama.close)
        self._turns.lane.close()


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


def _grammar(request: Generation, llama: Any) -> Any:
    """What the answer must look like, None where it is free. Raises BadInput for a wrong grammar, Unsupported
    for a schema of which the library makes none."""
    forced = forced_schema(request.tools, request.tool_choice)
    if forced is None and request.shape is None:
        return None
    library = import_module("llama_cpp")
    grammar = request.shape is not None and request.shape.kind == "grammar" and forced is None
    schema = "" if request.shape is None else request.shape.text
    schema = json.dumps(forced) if forced is not None else schema or '{"type": "object"}'
    try:
        convert = import_module("llama_cpp.llama_grammar").json_schema_to_gbnf
        text = schema if grammar else convert(schema)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, AssertionError) as error:
        raise Unsupported("The language model cannot be held to this schema.") from error
    if not _can_be_read(library, llama, text):
        if grammar:
            raise BadInput("The language model cannot read this grammar.")
        raise Unsupported("The language model cannot be held to this schema.")
    return library.LlamaGrammar.from_string(text, verbose=False)


def _can_be_read(library: Any, llama: Any, grammar: str) -> bool:
    """To generate by one that cannot would end the process."""
    vocabulary = library.llama_model_get_vocab(llama.model)
    sampler = library.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
    if sampler:
        library.llama_sampler_free(sampler)
    return bool(sampler)


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
            **_on_one_card(library, spec),
        )
    except (ValueError, RuntimeError) as error:
        raise BrokenFile(
            f"llama.cpp cannot load {path}: it is damaged or of a kind that it does not know.",
            hint="Look at it with: solo models verify",
        ) from error


def _on_one_card(library: Any, spec: EngineSpec) -> dict[str, Any]:
    """All of it on the card of the settings; nothing where any will do, or there is none."""
    if not spec.device.isdecimal() or not library.llama_supports_gpu_offload():
        return {}
    return {"split_mode": library.LLAMA_SPLIT_MODE_NONE, "main_gpu": int(spec.device)}
