"""Hugging Face checkpoints (safetensors) in this process by transformers and torch.

One model object, called from one thread, one generation at a time.  The library gives the model and nothing
else: the prompt is rendered in Solo's sandbox, tokens are chosen here, and between two of them it is looked
whether anybody still wants the answer.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from importlib import import_module
from typing import Any

from app.kernel.errors import BadInput, NoMemory, Unavailable, Unsupported
from app.kernel.heap import trim
from app.llm.calls import CallsInText
from app.llm.checkpoints.decoder import Decoder
from app.llm.checkpoints.folder import words_of
from app.llm.checkpoints.header import checkpoint_header
from app.llm.checkpoints.loading import LoadedCheckpoint, check_packages, load
from app.llm.checkpoints.sampler import Logits, Sampler
from app.llm.checkpoints.stops import Stops
from app.llm.one_by_one import OneByOne, Run
from app.llm.port import Finished, Generation, LlmCapabilities, Piece, Step
from app.llm.prompts.header import PromptHeader
from app.llm.prompts.late_tools import CALL_MARK, tool_words, with_words
from app.llm.prompts.render import Rendered, render, template_of
from app.llm.spec import EngineSpec, reading_threads, writing_threads
from app.llm.weights import find_weights

PRIMED = 8
"""Last tokens of the prompt, behind which the answer is spelt: some begin with a blank only there."""


class TransformersLocal:
    """See the module and `LanguageModel`."""

    name = "transformers"

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = spec
        self._name = spec.model
        self._context = spec.context
        self._turns = OneByOne("transformers", self._check, self._generate)
        self._loaded: LoadedCheckpoint | None = None
        self._decoder: Decoder | None = None
        self._header = PromptHeader()
        self._begins: tuple[int, ...] = ()

    @property
    def capabilities(self) -> LlmCapabilities:
        found = template_of(self._header) if self._loaded is not None else None
        return LlmCapabilities(
            self._name,
            self._context,
            1,
            local=True,
            counts_tokens=True,
            tools=found is not None and found.able.tools,
            marked=found is not None and found.marked,
        )

    async def load(self) -> None:
        await self._turns.lane.run(self._open)

    def _open(self) -> None:
        spec = self._spec
        check_packages()
        self._name, path = find_weights(spec)
        loaded = load(path.parent, card=_card(spec))
        cores = os.cpu_count() or 1
        reading, writing = reading_threads(spec.threads, cores), writing_threads(spec.threads, cores)
        self._header = checkpoint_header(path.parent, loaded.tokenizer)
        self._begins = _begins(loaded.tokenizer, self._header.bos)
        self._context = _context(spec.context, loaded.model.config.to_dict())
        self._decoder = Decoder(loaded.model, reading=reading, writing=writing)
        self._loaded = loaded

    def generate(self, request: Generation) -> AsyncGenerator[Step, None]:
        return self._turns.generate(request)

    def _check(self, request: Generation) -> None:
        if self._loaded is None:
            raise Unavailable("The language model is not loaded.")
        if request.logprobs is not None or request.shape is not None:
            raise Unsupported(
                "The engine transformers can neither tell chances nor hold a model to a shape.",
                hint="Take a GGUF of the model: solo models convert",
            )
        if request.tools and request.tool_choice != "none" and not self.capabilities.tools:
            raise Unsupported("The chat template of this checkpoint knows no tools.")

    def _generate(self, request: Generation, run: Run) -> None:
        loaded, decoder = self._loaded, self._decoder
        if loaded is None or decoder is None:
            raise Unavailable("The language model is not loaded.")
        try:
            self._answer(request, run, loaded, decoder)
        except BaseException as error:
            decoder.forget()  # whatever broke off in the middle left keys without their values
            if "out of memory" in str(error).lower():
                raise NoMemory("There is not enough memory for this answer.") from error
            raise

    def _answer(self, request: Generation, run: Run, loaded: LoadedCheckpoint, decoder: Decoder) -> None:
        """One generation, on the model's thread."""
        prompt, made, opening = self._prompt(request, loaded.tokenizer)
        cached, logits = decoder.read(prompt, lambda: run.cancelled)
        begun = bool(request.messages) and request.messages[-1].role == "assistant"
        if made.thinking and not begun and logits is not None:
            run.put(Piece(made.thinking))  # the prompt has begun the thought that the answer goes on with
        telling = _Telling(request, made.stops, opening, run)
        ends, spelling = self._ends(loaded, made), _spelling(loaded.tokenizer, prompt)
        sampler = Sampler(request.sampling, request.temperature, request.seed, loaded.usual)
        room = min(request.max_tokens, self._context - len(prompt))
        written = 0
        finish = "length"
        while logits is not None and written < room:
            token = sampler.choose(logits, decoder.tokens)
            written += 1
            if token in ends:
                finish = "stop"
                break
            telling.tell(spelling(token))
            if telling.over:
                finish = "stop"
                break
            logits = self._next(decoder, token, run, more=written < room)
        if not run.cancelled:
            run.put(telling.end("stop" if finish == "stop" else "length", len(prompt), cached, written))

    def _next(self, decoder: Decoder, token: int, run: Run, *, more: bool) -> Logits | None:
        """What the model thinks of the token after this one; None where nobody wants to know."""
        return decoder.write(token) if more and not run.cancelled else None

    def _prompt(self, request: Generation, tokenizer: Any) -> tuple[list[int], Rendered, str]:
        """The tokens of the messages in the checkpoint's own template, what else is to be known of it, and
        the beginning of a call that has to be made."""
        said, begun = request.messages, ""
        if said and said[-1].role == "assistant":
            said, begun = said[:-1], said[-1].content
        tools = () if request.tool_choice == "none" else request.tools
        opening = "" if begun or not tools else _opening(request.tool_choice)
        if tools and request.dialogue is not None and (words := tool_words(self._header, tools)):
            said, tools = with_words(said, words), ()
        made = render(said, self._header, tools=tools)
        text = made.text + begun.removeprefix(made.thinking) + opening
        tokens: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        if made.add_bos:
            tokens = [*self._begins, *tokens]
        if len(tokens) >= self._context:
            raise BadInput(
                f"The prompt has {len(tokens)} tokens and the model takes {self._context}.",
                hint="Say it shorter, or raise SOLO_LLM__GENERATION__CONTEXT.",
            )
        if not tokens:
            raise BadInput("There is nothing to answer.")
        return tokens, made, opening

    def _ends(self, loaded: LoadedCheckpoint, made: Rendered) -> frozenset[int]:
        """Tokens that end the answer: those that the checkpoint names, and marks of its template."""
        marks = (loaded.tokenizer.token_to_id(mark) for mark in made.stops)
        return loaded.ends | {token for token in marks if token is not None}

    async def count(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        if self._loaded is None:
            raise Unavailable("The language model is not loaded.")
        # Looking words up touches no state of the model: it need not wait for a generation.
        return await asyncio.to_thread(_count, self._loaded.tokenizer, texts)

    async def close(self) -> None:
        await self._turns.rest()
        loaded, self._loaded, self._decoder = self._loaded, None, None
        if loaded is not None:
            await self._turns.lane.run(_free, loaded.model)
        self._turns.lane.close()


class _Telling:
    """From spelt tokens to what the asker hears: up to a text that ends the answer, and calls as calls."""

    def __init__(self, request: Generation, marks: tuple[str, ...], opening: str, run: Run) -> None:
        self._run = run
        self._stops = Stops((*request.stop, *marks))
        self._calls = CallsInText(() if request.tool_choice == "none" else request.tools)
        self._calls.feed(opening)

    @property
    def over(self) -> bool:
        """A text that ends the answer has come."""
        return self._stops.met

    def tell(self, text: str) -> None:
        if told := self._calls.feed(self._stops.feed(text)):
            self._run.put(Piece(told))

    def end(self, finish: str, prompt: int, cached: int, written: int) -> Finished:
        """What was held back is told; how it ended. Counts of tokens."""
        if not self.over and (told := self._calls.feed(self._stops.finish())):
            self._run.put(Piece(told))
        rest, calls = self._calls.finish()
        if rest:
            self._run.put(Piece(rest))
        why = "tool_calls" if calls else "stop" if finish == "stop" else "length"
        return Finished(why, prompt, cached, written, calls)


def _opening(choice: str) -> str:
    """How a call begins that has to be made: there is no grammar to hold the model to it."""
    if choice == "auto":
        return ""
    begun = f'{CALL_MARK}\n{{"name": "'
    return begun if choice == "required" else f'{begun}{choice}", "arguments": '


def _spelling(tokenizer: Any, prompt: list[int]) -> Any:
    """From the next token to the text that it adds, as soon as that is whole letters."""
    stream = import_module("tokenizers.decoders").DecodeStream(prompt[-PRIMED:], skip_special_tokens=True)

    def spelt(token: int) -> str:
        return stream.step(tokenizer, token) or ""

    return spelt


def _begins(tokenizer: Any, begin: str) -> tuple[int, ...]:
    """The tokens that the checkpoint's own way of reading puts before a text."""
    token = tokenizer.token_to_id(begin) if begin else None
    found: list[int] = tokenizer.encode("a").ids
    return (token,) if token is not None and found[:1] == [token] else ()


def _count(tokenizer: Any, texts: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts)


def _context(wanted: int, config: dict[str, Any]) -> int:
    """Tokens of the window: no more than the model has places for."""
    most = words_of(config).get("max_position_embeddings")
    return min(wanted, most) if isinstance(most, int) and most > 0 else wanted


def _card(spec: EngineSpec) -> str:
    """Where the model goes: a graphics card, or nothing for the processor."""
    if spec.gpu_layers == 0 or spec.device == "cpu" or not import_module("torch").cuda.is_available():
        return ""
    return f"cuda:{spec.device or 0}"


def _free(model: Any) -> None:
    """Its numbers go now, whoever still holds the model itself."""
    model.to("meta")
    torch: Any = import_module("torch")
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    trim()
