"""A model that follows a script: the whole contract without weights.

It knows a few phrases, counts words as tokens and keeps an honest record of the prompt prefix of
each dialogue, so that everything above it can be tried on a virtual clock.  It can call tools and keep to
shapes by itself as far as it is told to, and then its script is taken at its word.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Container
from contextlib import aclosing

import anyio
import anyio.lowlevel

from app.events.llm import Chance, ChatMessage
from app.kernel.errors import BadInput, SoloError, Unavailable, Unsupported
from app.llm.calls import find_calls
from app.llm.port import Finished, Generation, LlmCapabilities, Piece, Step
from app.llm.scheduler.door import Door, Place
from app.llm.scheduler.turns import in_turn
from app.llm.spec import EngineSpec

_TOKEN = re.compile(r"\s*\S+")

Script = Callable[[tuple[ChatMessage, ...]], str]
"""What to answer to these messages."""


def echo(messages: tuple[ChatMessage, ...]) -> str:
    """Answer with the last message that was said, and how many came before it."""
    said = [m.content for m in messages if m.role == "user"]
    return f"You said: {said[-1]}" if said else "Nothing was said."


class ScriptedModel:
    """Answers by a script. delay: seconds that each token takes; failure: raised by each
    generation; `failing_after` tokens have been written by then; can: what it does natively, of tools,
    json, schema, grammar and logprobs (it is certain of each word)."""

    name = "scripted"

    def __init__(
        self,
        spec: EngineSpec,
        script: Script = echo,
        *,
        delay: float = 0.0,
        failure: SoloError | None = None,
        failing_after: int = 0,
        can: Container[str] = (),
    ) -> None:
        self._spec = spec
        self._script = script
        self._delay = delay
        self._failure = failure
        self._failing_after = failing_after
        self._can = can
        self._door = Door(spec.slots)
        self._prefixes: dict[str, list[str]] = {}
        self.requests: list[Generation] = []
        self.written = 0
        self._loaded = False

    @property
    def capabilities(self) -> LlmCapabilities:
        return LlmCapabilities(
            "scripted",
            self._spec.context,
            self._spec.slots,
            local=True,
            counts_tokens=True,
            tools="tools" in self._can,
            schema="schema" in self._can,
            grammar="grammar" in self._can,
            json="json" in self._can,
            logprobs="logprobs" in self._can,
        )

    async def load(self) -> None:
        await anyio.lowlevel.checkpoint()
        self._loaded = True

    def generate(self, request: Generation) -> AsyncGenerator[Step, None]:
        return in_turn(self._door, request, self._run)

    async def _run(self, request: Generation, place: Place) -> AsyncGenerator[Step, None]:
        if not self._loaded:
            raise Unavailable("The language model is not loaded.")
        async with aclosing(self._write(request)) as steps:
            async for step in steps:
                yield step
                if place.called_off:
                    return

    def _refuse(self, request: Generation) -> None:
        able, shape = self.capabilities, request.shape
        kind = None if shape is None else shape.kind
        has = {None: True, "json": able.json or able.schema, "schema": able.schema, "grammar": able.grammar}
        unsure = request.logprobs is not None and not able.logprobs
        if not has[kind] or (request.tools and not able.tools) or unsure:
            raise Unsupported("The scripted model is not set to do that by itself.")

    async def _write(self, request: Generation) -> AsyncGenerator[Step, None]:
        self._refuse(request)
        self.requests.append(request)
        prompt = [token for m in request.messages for token in _tokens(f"{m.role}: {m.content}")]
        if len(prompt) >= self._spec.context:
            raise BadInput(
                f"The prompt has {len(prompt)} tokens and the model takes {self._spec.context}.",
                hint="Say it shorter, or raise SOLO_LLM__GENERATION__CONTEXT.",
            )
        cached = self._shared(request.dialogue, prompt)
        text, stopped = _until(self._words(request.messages), request.stop)
        calls = () if request.tool_choice == "none" else find_calls(text, {t.name for t in request.tools})
        answer = [] if calls else _tokens(text)
        for number, token in enumerate(answer[: request.max_tokens]):
            await self._step(number)
            self.written += 1
            yield Piece(token, () if request.logprobs is None else (Chance(token=token, logprob=0.0),))
        await self._step(len(answer))
        length = len(answer) > request.max_tokens and not (stopped and not answer)
        finish = "tool_calls" if calls else "length" if length else "stop"
        yield Finished(finish, len(prompt), cached, min(len(answer), request.max_tokens), calls)

    def _words(self, messages: tuple[ChatMessage, ...]) -> str:
        """What the script says; of an answer that has been begun, the rest."""
        if not messages or messages[-1].role != "assistant":
            return self._script(messages)
        return self._script(messages[:-1]).removeprefix(messages[-1].content)

    async def _step(self, number: int) -> None:
        await anyio.sleep(self._delay)
        if self._failure is not None and number >= self._failing_after:
            raise self._failure

    def _shared(self, dialogue: str | None, prompt: list[str]) -> int:
        if dialogue is None:
            return 0
        before = self._prefixes.get(dialogue, [])
        self._prefixes[dialogue] = prompt
        return next(
            (n for n, (old, new) in enumerate(zip(before, prompt, strict=False)) if old != new),
            min(len(before), len(prompt)),
        )

    async def count(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(len(_tokens(text)) for text in texts)

    async def close(self) -> None:
        self._loaded = False
        self._prefixes.clear()


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _until(text: str, stop: tuple[str, ...]) -> tuple[str, bool]:
    ends = [at for mark in stop if (at := text.find(mark)) >= 0]
    return (text[: min(ends)], True) if ends else (text, False)
