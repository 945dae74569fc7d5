"""llama.cpp in this process by xllamacpp: several dialogues at once, batched by the library.

Each generation is one blocking call in a thread of its own (the library lets go of the GIL) that
calls back for every batch of the prompt and for every token; returning True from the callback
ends it, in the middle of a prompt too.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

from app.assets.gguf import check_gguf
from app.kernel.errors import BadInput, BrokenFile, Bug, MissingExtra, SoloError, Unavailable, Unsupported
from app.llm import wire
from app.llm.calls import CallsInText, forced_schema
from app.llm.handover import Handover
from app.llm.port import Finished, Generation, LlmCapabilities, Piece, Step
from app.llm.prompts.header import PromptHeader, header_of
from app.llm.prompts.late_tools import tool_words, with_words
from app.llm.prompts.render import Template, template_of
from app.llm.scheduler.door import Door, Place
from app.llm.scheduler.memory import admit, kv_bytes
from app.llm.scheduler.pieces import Pieces
from app.llm.scheduler.rules import is_background
from app.llm.scheduler.turns import in_turn
from app.llm.side_door import SideDoor
from app.llm.spec import EngineSpec, reading_threads, writing_threads
from app.llm.weights import find_weights

BATCH = 64
"""Prompt tokens evaluated at a time. Everybody's next token waits for one batch at most, and a
cancelled prompt ends after one; larger ones read prompts faster (128: a fifth) and answer later."""

QUIET = -1
"""llama.cpp's log would be written over the terminal's screen."""


PIECE = 64
"""Tokens of a background prompt that are read at a time, each piece by a call of its own: when a person
comes no more of them are read than these. (A batch that the library has begun to fill would still
be read to its end, behind the one that is being read.)"""

LONG = 4 * PIECE
"""Characters of a prompt that may be longer than a piece."""

NO_GRAMMAR = ("grammar", "sampler", "schema")
"""What the library's errors are about where it cannot hold a model to a schema."""

_Run = Handover[dict[str, Any]]


class XllamaCpp:
    """See the module and `LanguageModel`. piece: tokens of a background prompt read at a time."""

    name = "xllamacpp"

    def __init__(self, spec: EngineSpec, *, piece: int = PIECE) -> None:
        self._spec = spec
        self._name = spec.model
        self._queue = Door(spec.slots)
        self._threads = ThreadPoolExecutor(spec.slots, thread_name_prefix="solo-llm")
        self._server: Any = None
        self._header = PromptHeader()
        self._marked = False
        self._door: SideDoor | None = None
        self._pieces = Pieces(piece)
        self._runs: set[_Run] = set()
        self._ended: set[asyncio.Future[None]] = set()

    @property
    def capabilities(self) -> LlmCapabilities:
        spec = self._spec
        return LlmCapabilities(
            self._name,
            spec.context,
            spec.slots,
            local=True,
            counts_tokens=True,
            tools=True,
            schema=True,
            grammar=True,
            logprobs=True,
            marked=self._marked,
        )

    async def load(self) -> None:
        loop = asyncio.get_running_loop()
        self._name, path = await loop.run_in_executor(self._threads, find_weights, self._spec)
        self._header, template = await loop.run_in_executor(self._threads, _template, path)
        self._marked = template.marked
        self._door = SideDoor.new()
        given = self._spec, path, self._door, template.stand_in
        self._server = await loop.run_in_executor(self._threads, _open, *given)

    def generate(self, request: Generation) -> AsyncGenerator[Step, None]:
        return in_turn(self._queue, request, self._run, shapes=True)

    async def _run(self, request: Generation, place: Place) -> AsyncGenerator[Step, None]:
        if self._server is None or place.slot is None:
            raise Unavailable("The language model is not loaded.")
        body = self._body(request, place.slot)
        prompt = await self._prompt(request, body)
        if self._server is None:  # closed meanwhile
            raise Unavailable("The language model is not loaded.")
        work = _Work(self._server, body, _Run(), self._pieces.plan(place.slot, prompt))
        run = work.run
        self._runs.add(run)
        ended = asyncio.get_running_loop().run_in_executor(self._threads, work.do)
        self._ended.add(ended)
        ended.add_done_callback(self._ended.discard)
        place.runs(ended, run.cancel)
        answer = _Answer(request)
        try:
            async for chunk in run:
                for piece in answer.read(chunk):
                    yield piece
            # The slot comes to rest before the asker hears of the end: the dialogue's next request
            # must find its own slot free.
            await asyncio.wait({ended})
            for step in answer.finish():
                yield step
        finally:
            # The asker leaves at once; the slot is busy until the thread has come back.
            run.cancel()
            self._runs.discard(run)

    def _body(self, request: Generation, slot: int) -> dict[str, Any]:
        """What the library is given. In a dialogue the tools are told of at its end, where the model has
        words for that: at the beginning they would have all of it read again. A model that has none for
        any tool is not told of them: the library would hold everything that it says to JSON."""
        if request.tools and request.dialogue is not None:
            words = tool_words(self._header, request.tools)
            if words is None and request.tool_choice == "auto":
                return _body(replace(request, tools=()), slot)
            if words:
                late = replace(request, messages=with_words(request.messages, words))
                body = _body(late, slot)
                return {name: value for name, value in body.items() if name not in ("tools", "tool_choice")}
        return _body(request, slot)

    async def _prompt(self, request: Generation, body: dict[str, Any]) -> list[int]:
        """The tokens of a prompt that has to be read piece by piece; empty where it need not."""
        characters = sum(len(message.content) for message in request.messages)
        if self._door is None or not is_background(request.priority) or characters < LONG:
            return []
        tokens = await self._door.tokens(body)
        return tokens if len(tokens) < self._spec.context else []  # it is refused at once

    async def count(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        if self._door is None:
            raise Unavailable("The language model is not loaded.")
        return await self._door.count(texts)

    async def close(self) -> None:
        server, self._server = self._server, None
        door, self._door = self._door, None
        for run in self._runs:
            run.cancel()
        if self._ended:
            await asyncio.wait(self._ended)
        if door is not None:
            await door.close()
        del server  # frees the weights
        self._threads.shutdown(wait=False, cancel_futures=True)


def _template(path: Path) -> tuple[PromptHeader, Template]:
    header = header_of(path)
    return header, template_of(header)


def _open(spec: EngineSpec, path: Path, door: SideDoor, stand_in: str | None) -> Any:
    """Load the model (seconds); the only place that knows the library's parameters. stand_in: see
    `Template`."""
    xllamacpp = _library()
    if spec.file is None and (spec.gpu_layers == 0 or not _has_gpu(xllamacpp)):  # else it was admitted
        needed = kv_bytes(check_gguf(path).metadata, spec.context * spec.slots)
        admit(needed, psutil.virtual_memory().available, slots=spec.slots, context=spec.context)
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    if stand_in is not None:
        params.chat_template = stand_in
    params.n_parallel = spec.slots
    params.n_ctx = spec.context * spec.slots  # the library divides it among the slots
    params.n_batch = params.n_ubatch = BATCH
    cores = os.cpu_count() or 1
    params.cpuparams.n_threads = writing_threads(spec.threads, cores)
    params.cpuparams_batch.n_threads = reading_threads(spec.threads, cores)
    params.n_gpu_layers = spec.gpu_layers
    params.fit_params = spec.gpu_layers < 0 and _has_gpu(xllamacpp)
    if spec.device.isdecimal() and _has_gpu(xllamacpp):
        params.split_mode = xllamacpp.llama_split_mode.LLAMA_SPLIT_MODE_NONE
        params.main_gpu = int(spec.device)
    params.cache_ram_mib = 0  # copies of idle slots in memory: the slots themselves are enough
    params.verbosity = QUIET
    params.ui = False
    params.endpoint_slots = False
    params.n_threads_http = 1
    params.hostnames = [door.host]
    params.api_keys = [door.key]
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        raise BrokenFile(
            f"llama.cpp cannot load {path}: it is damaged or of a kind that it does not know.",
            hint="Look at it with: solo models verify",
        ) from error
    door.open(str(server.listening_address))
    return server


def _library() -> Any:
    """The compiled library, which has no types; imported here, in the thread that loads the model."""
    try:
        return import_module("xllamacpp")
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "The engine xllamacpp needs the package xllamacpp, which is not installed.",
            hint="Install what Solo needs: ./scripts/setup_dev.sh",
        ) from error


def _has_gpu(xllamacpp: Any) -> bool:
    cpu = xllamacpp.ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_CPU
    return any(device["type"] != cpu for device in xllamacpp.get_device_info())


def _body(request: Generation, slot: int) -> dict[str, Any]:
    body = {
        "messages": wire.messages(request),
        "stream": True,
        "id_slot": slot,
        "cache_prompt": True,
        "return_progress": True,  # a callback after each batch of the prompt, so that it can be ended
        "chat_template_kwargs": {"enable_thinking": False},
        **wire.options(request, local=True),
    }
    if schema := forced_schema(request.tools, request.tool_choice):
        answer = {"name": "call", "strict": True, "schema": schema}
        body |= {"tool_choice": "none", "response_format": {"type": "json_schema", "json_schema": answer}}
    return body


@dataclass(frozen=True, slots=True)
class _Work:
    """One run, in a thread of its own. before: pieces of the prompt that are read one by one."""

    server: Any
    body: dict[str, Any]
    run: _Run
    before: Iterator[list[int]]

    def do(self) -> None:
        try:
            self._read()
            if not self.run.cancelled:
                self.server.handle_chat_completions(self.body, self._take)
        except Exception as error:  # noqa: BLE001  (the seam to C: whatever breaks answers the asker)
            self.run.close(_broken(error, self.body))
        else:
            self.run.close()

    def _read(self) -> None:
        slot = {"id_slot": self.body["id_slot"], "cache_prompt": True, "max_tokens": 0}
        while not self.run.cancelled and (tokens := next(self.before, None)) is not None:
            self.server.handle_completions({"prompt": tokens, **slot})

    def _take(self, chunk: dict[str, Any]) -> bool:
        """Called from C; True ends the generation."""
        self.run.put(chunk)
        return self.run.cancelled


class _Answer:
    """Puts together what the chunks of one run of the library say."""

    def __init__(self, request: Generation) -> None:
        self._request = request
        self._calls = wire.Calls()
        self._text = CallsInText(() if request.tool_choice == "none" else request.tools)
        self._end: Finished | None = None

    def read(self, chunk: dict[str, Any]) -> list[Piece]:
        """What a chunk adds."""
        if "error" in chunk:
            raise _failure(chunk["error"], self._request)
        pieces: list[Piece] = []
        for choice in chunk.get("choices", ()):
            self._calls.feed(choice["delta"].get("tool_calls"))
            if text := self._text.feed(choice["delta"].get("content") or ""):
                pieces.append(Piece(text, wire.chances(choice.get("logprobs"))))
            if reason := choice.get("finish_reason"):
                timings = chunk.get("timings", {})
                cached = timings.get("cache_n", 0)
                prompt = cached + timings.get("prompt_n", 0)
                self._end = Finished(wire.why(reason), prompt, cached, timings.get("predicted_n", 0))
        return pieces

    def finish(self) -> list[Step]:
        """The rest of the text and the end; nothing where the run was stopped."""
        if self._end is None:
            return []
        text, written = self._text.finish()
        calls = self._calls.all() or written
        end = replace(self._end, calls=calls, finish="tool_calls" if calls else self._end.finish)
        return [Piece(text), end] if text else [end]


def _broken(error: Exception, body: dict[str, Any]) -> SoloError:
    """The library raises what it makes no grammar of, too."""
    if isinstance(error, ValueError | TypeError) and ("response_format" in body or "tools" in body):
        return _no_grammar()
    return Bug(f"llama.cpp failed: {error}")


def _no_grammar() -> Unsupported:
    return Unsupported(
        "The language model cannot be held to this schema: the library makes no grammar of it."
    )


def _failure(error: dict[str, Any], request: Generation) -> SoloError:
    if error.get("type") == "exceed_context_size_error":
        return BadInput(
            f"The prompt has {error.get('n_prompt_tokens')} tokens and the model takes {error.get('n_ctx')}.",
            hint="Say it shorter, or raise SOLO_LLM__GENERATION__CONTEXT.",
        )
    schema = bool(request.tools) or (request.shape is not None and request.shape.kind == "schema")
    if schema and any(word in str(error.get("message")).lower() for word in NO_GRAMMAR):
        return _no_grammar()
    if error.get("code") == 400:
        return BadInput(f"The language model refuses this request: {error.get('message')}.")
    return Unavailable(f"The language model failed: {error.get('message')}.")
