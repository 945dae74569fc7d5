"""llama.cpp in this process by xllamacpp: several dialogues at once, batched by the library.

Each generation is one blocking call in a thread of its own (the library lets go of the GIL) that
calls back for every batch of the prompt and for every token; returning True from the callback
ends it, in the middle of a prompt too.  The library also opens an HTTP door, which cannot be
switched off: it is put on a Unix socket in a private folder (on Windows on loopback) behind a
random key, and used for counting tokens.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

from app.kernel.errors import BadInput, BrokenFile, Bug, MissingExtra, SoloError, Unavailable
from app.llm.gate import Gate
from app.llm.handover import Handover
from app.llm.port import Finished, Generation, LlmCapabilities, Piece, Step
from app.llm.slots import Slots
from app.llm.spec import EngineSpec, reading_threads, writing_threads
from app.llm.weights import find_weights

BATCH = 64
"""Prompt tokens evaluated at a time. Everybody's next token waits for one batch at most, and a
cancelled prompt ends after one; larger ones read prompts faster (128: a fifth) and answer later."""

SPINS = "1000"
"""How often llama.cpp's threads look for each other before they sleep. Where another program wanted the
core, reading took up to 45 ms a token with many (their own default is 300,000), and takes 7 with these;
where nobody does it takes 3.5 either way."""

QUIET = -1
"""llama.cpp's log would be written over the terminal's screen."""


_Run = Handover[dict[str, Any]]


class XllamaCpp:
    """See the module and `LanguageModel`."""

    name = "xllamacpp"

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = spec
        self._name = spec.model
        self._gate = Gate(Slots(spec.slots))
        self._threads = ThreadPoolExecutor(spec.slots, thread_name_prefix="solo-llm")
        self._server: Any = None
        self._door: _Door | None = None
        self._runs: set[_Run] = set()
        self._ended: set[asyncio.Future[None]] = set()

    @property
    def capabilities(self) -> LlmCapabilities:
        spec = self._spec
        return LlmCapabilities(self._name, spec.context, spec.slots, local=True, counts_tokens=True)

    async def load(self) -> None:
        loop = asyncio.get_running_loop()
        self._name, path = await loop.run_in_executor(self._threads, find_weights, self._spec)
        self._door = _Door.new()
        self._server = await loop.run_in_executor(self._threads, _open, self._spec, path, self._door)

    async def generate(self, request: Generation) -> AsyncGenerator[Step, None]:
        slot = await self._gate.enter(request.dialogue, request.priority)
        if self._server is None:
            self._gate.leave(slot)
            raise Unavailable("The language model is not loaded.")
        loop = asyncio.get_running_loop()
        run = _Run()
        self._runs.add(run)
        ended = loop.run_in_executor(self._threads, _generate, self._server, _body(request, slot), run)
        self._ended.add(ended)
        ended.add_done_callback(lambda future: self._at_rest(future, slot))
        end: Finished | None = None
        try:
            async for chunk in run:
                for step in _steps(chunk):
                    if isinstance(step, Finished):
                        end = step
                    else:
                        yield step
            # The slot comes to rest before the asker hears of the end: the dialogue's next request
            # must find its own slot free.
            await asyncio.wait({ended})
            if end is not None:
                yield end
        finally:
            # The asker leaves at once; the slot is busy until the thread has come back.
            run.cancel()
            self._runs.discard(run)

    def _at_rest(self, ended: asyncio.Future[None], slot: int) -> None:
        self._ended.discard(ended)
        self._gate.leave(slot)

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


def _open(spec: EngineSpec, path: Path, door: _Door) -> Any:
    """Load the model (seconds); the only place that knows the library's parameters."""
    xllamacpp = _library()
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_parallel = spec.slots
    params.n_ctx = spec.context * spec.slots  # the library divides it among the slots
    params.n_batch = params.n_ubatch = BATCH
    cores = os.cpu_count() or 1
    params.cpuparams.n_threads = writing_threads(spec.threads, cores)
    params.cpuparams_batch.n_threads = reading_threads(spec.threads, cores)
    params.n_gpu_layers = spec.gpu_layers
    params.fit_params = spec.gpu_layers < 0 and _has_gpu(xllamacpp)
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
    os.environ.setdefault("GOMP_SPINCOUNT", SPINS)  # read by GNU's OpenMP when it is loaded
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
    body: dict[str, Any] = {
        "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        "stream": True,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "id_slot": slot,
        "cache_prompt": True,
        "return_progress": True,  # a callback after each batch of the prompt, so that it can be ended
        "chat_template_kwargs": {"enable_thinking": False},
    }
    if request.seed is not None:
        body["seed"] = request.seed
    if request.stop:
        body["stop"] = list(request.stop)
    return body


def _generate(server: Any, body: dict[str, Any], run: _Run) -> None:
    """One generation, in a thread of its own."""

    def take(chunk: dict[str, Any]) -> bool:
        """Called from C; True ends the generation."""
        run.put(chunk)
        return run.cancelled

    try:
        if not run.cancelled:
            server.handle_chat_completions(body, take)
    except Exception as error:  # noqa: BLE001  (the seam to C: whatever breaks answers the asker)
        run.close(Bug(f"llama.cpp failed: {error}"))
    else:
        run.close()


def _steps(chunk: dict[str, Any]) -> list[Step]:
    """What a chunk of the library says."""
    if "error" in chunk:
        raise _failure(chunk["error"])
    steps: list[Step] = []
    for choice in chunk.get("choices", ()):
        if text := choice["delta"].get("content"):
            steps.append(Piece(text))
        if reason := choice.get("finish_reason"):
            timings = chunk.get("timings", {})
            cached = timings.get("cache_n", 0)
            prompt = cached + timings.get("prompt_n", 0)
            finish = "length" if reason == "length" else "stop"
            steps.append(Finished(finish, prompt, cached, timings.get("predicted_n", 0)))
    return steps


def _failure(error: dict[str, Any]) -> SoloError:
    if error.get("type") == "exceed_context_size_error":
        return BadInput(
            f"The prompt has {error.get('n_prompt_tokens')} tokens and the model takes {error.get('n_ctx')}.",
            hint="Say it shorter, or raise SOLO_LLM__GENERATION__CONTEXT.",
        )
    if error.get("code") == 400:
        return BadInput(f"The language model refuses this request: {error.get('message')}.")
    return Unavailable(f"The language model failed: {error.get('message')}.")


class _Door:
    """The library's own HTTP door, out of everybody's reach but ours."""

    def __init__(self, folder: str | None) -> None:
        self.key = secrets.token_urlsafe(32)
        self.host = "127.0.0.1" if folder is None else f"{folder}/llm.sock"
        self._folder = folder
        self._client: httpx.AsyncClient | None = None

    @classmethod
    def new(cls) -> _Door:
        """On a Unix socket in a folder that only this user may enter, where there are such."""
        unix = os.name == "posix" and hasattr(socket, "AF_UNIX")
        return cls(tempfile.mkdtemp(prefix="solo-llm-") if unix else None)

    def open(self, address: str) -> None:
        """It listens at `address` now."""
        self._client = httpx.AsyncClient(
            base_url=address if self._folder is None else "http://llm",
            transport=httpx.AsyncHTTPTransport(uds=None if self._folder is None else self.host),
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30.0,
            trust_env=False,
        )

    async def count(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        if self._client is None:
            raise Unavailable("The language model is not loaded.")
        counts: list[int] = []
        for text in texts:
            try:
                reply = await self._client.post("/tokenize", json={"content": text})
                counts.append(len(reply.raise_for_status().json()["tokens"]))
            except httpx.HTTPError as error:
                raise Unavailable(f"The language model cannot count tokens: {error}.") from error
        return tuple(counts)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
