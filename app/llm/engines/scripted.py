"""A model that follows a script: the whole contract without weights.

It knows a few phrases, counts words as tokens and keeps an honest record of the prompt prefix of
each dialogue, so that everything above it can be tried on a virtual clock.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable

import anyio
import anyio.lowlevel

from app.events.llm import ChatMessage
from app.kernel.errors import BadInput, SoloError, Unavailable
from app.llm.gate import Gate
from app.llm.port import Finished, Generation, LlmCapabilities, Piece, Step
from app.llm.slots import Slots
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
    generation; `failing_after` tokens have been written by then."""

    name = "scripted"

    def __init__(
        self,
        spec: EngineSpec,
        script: Script = echo,
        *,
        delay: float = 0.0,
        failure: SoloError | None = None,
        failing_after: int = 0,
    ) -> None:
        self._spec = spec
        self._script = script
        self._delay = delay
        self._failure = failure
        self._failing_after = failing_after
        self._gate = Gate(Slots(spec.slots))
        self._prefixes: dict[str, list[str]] = {}
        self.requests: list[Generation] = []
        self.written = 0
        self._loaded = False

    @property
    def capabilities(self) -> LlmCapabilities:
        return LlmCapabilities(
            "scripted", self._spec.context, self._spec.slots, local=True, counts_tokens=True
        )

    async def load(self) -> None:
        await anyio.lowlevel.checkpoint()
        self._loaded = True

    async def generate(self, request: Generation) -> AsyncGenerator[Step, None]:
        if not self._loaded:
            raise Unavailable("The language model is not loaded.")
        slot = await self._gate.enter(request.dialogue, request.priority)
        try:
            async for step in self._write(request):
                yield step
        finally:
            self._gate.leave(slot)

    async def _write(self, request: Generation) -> AsyncGenerator[Step, None]:
        self.requests.append(request)
        prompt = [token for m in request.messages for token in _tokens(f"{m.role}: {m.content}")]
        if len(prompt) >= self._spec.context:
            raise BadInput(
                f"The prompt has {len(prompt)} tokens and the model takes {self._spec.context}.",
                hint="Say it shorter, or raise SOLO_LLM__GENERATION__CONTEXT.",
            )
        cached = self._shared(request.dialogue, prompt)
        text, stopped = _until(self._script(request.messages), request.stop)
        answer = _tokens(text)
        for number, token in enumerate(answer[: request.max_tokens]):
            await self._step(number)
            self.written += 1
            yield Piece(token)
        await self._step(len(answer))
        length = len(answer) > request.max_tokens and not (stopped and not answer)
        finish = "length" if length else "stop"
        yield Finished(finish, len(prompt), cached, min(len(answer), request.max_tokens))

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
