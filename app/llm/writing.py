"""One answer as it is written: cleaned, timed, priced."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypedDict

from app.events.base import Answer
from app.events.llm import LLMQueuedEvent, LLMRequestEvent, LLMResponseEvent, LLMTokenEvent, LLMUsedEvent
from app.kernel.errors import Interrupted
from app.kernel.tokens import estimate_tokens
from app.llm.clean import ReplyCleaner, echoes
from app.llm.port import Begun, Finished, Generation, LanguageModel, Queued
from app.llm.spec import EngineSpec
from app.llm.targets import price_of


class _About(TypedDict):
    """Whose answer it is, and to what."""

    owner: str
    turn: str | None
    revision: int


async def written(
    request: LLMRequestEvent,
    generation: Generation,
    engine: LanguageModel,
    spec: EngineSpec,
    now: Callable[[], float],
    broken_off: Callable[[LLMUsedEvent], object],
) -> AsyncGenerator[Answer, None]:
    """LLMQueuedEvents while it waits, LLMTokenEvents, one LLMResponseEvent. now: seconds; broken_off: is
    told what has to be paid for an answer that was begun elsewhere and has no end.

    Raises what the engine raises, and Interrupted when it ends without an end.
    """
    watch, texts = _Watch(now), list[str]()
    cleaner = ReplyCleaner(echoes(request.messages), announced=not engine.capabilities.marked)
    about = _About(owner=request.owner, turn=request.turn, revision=request.revision)
    end: Finished | None = None
    try:
        async with aclosing(engine.generate(generation)) as steps:
            async for step in steps:
                if isinstance(step, Finished):
                    end = step
                    break
                if isinstance(step, Queued):
                    yield LLMQueuedEvent(**about, position=step.position)
                    continue
                if isinstance(step, Begun):
                    watch.begin()
                    continue
                watch.token()
                if text := cleaner.feed(step.text):
                    texts.append(text)
                    yield LLMTokenEvent(**about, text=text, chances=step.chances)
                if cleaner.ended:
                    prompt = 0 if engine.capabilities.local else _prompt_tokens(generation)
                    end = Finished("stop", prompt, completion_tokens=watch.tokens)
                    break
    finally:
        if end is None and watch.tokens and not engine.capabilities.local:
            broken_off(_begun(request, generation, engine, spec, watch.tokens))
    if end is None:
        raise Interrupted("The language model broke off in the middle of its answer.")
    if text := cleaner.finish():
        texts.append(text)
        yield LLMTokenEvent(**about, text=text)
    completion = end.completion_tokens or watch.tokens
    yield LLMResponseEvent(
        **about,
        text="".join(texts).rstrip(),
        finish=end.finish,
        model=engine.capabilities.model,
        local=engine.capabilities.local,
        provider=engine.name if engine.capabilities.local else spec.answering.provider,
        tool_calls=end.calls,
        prompt_tokens=end.prompt_tokens,
        cached_tokens=end.cached_tokens,
        completion_tokens=completion,
        queue_ms=watch.queue_ms(),
        first_token_ms=watch.first_token_ms(),
        tokens_per_second=watch.tokens_per_second(completion),
        cost=price_of(spec, end.prompt_tokens, end.cached_tokens, completion, kept=end.kept_tokens),
    )


def _begun(
    request: LLMRequestEvent, generation: Generation, engine: LanguageModel, spec: EngineSpec, tokens: int
) -> LLMUsedEvent:
    """What is paid for half an answer."""
    prompt = _prompt_tokens(generation)
    return LLMUsedEvent(
        owner=request.owner,
        turn=request.turn,
        role=request.role,
        provider=spec.answering.provider,
        model=engine.capabilities.model,
        prompt_tokens=prompt,
        completion_tokens=tokens,
        cost=price_of(spec, prompt, 0, tokens),
    )


def _prompt_tokens(generation: Generation) -> int:
    """Where nobody has said how long it was."""
    return sum(estimate_tokens(message.content) for message in generation.messages)


class _Watch:
    """Times the tokens of one answer."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._asked = self._began = now()
        self._first: float | None = None
        self._last = self._asked
        self.tokens = 0

    def begin(self) -> None:
        """Nobody goes first any more."""
        self._began = self._now()

    def token(self) -> None:
        self._last = self._now()
        self._first = self._last if self._first is None else self._first
        self.tokens += 1

    def queue_ms(self) -> float:
        return (self._began - self._asked) * 1000

    def first_token_ms(self) -> float:
        return 0.0 if self._first is None else (self._first - self._asked) * 1000

    def tokens_per_second(self, tokens: int) -> float:
        """Of the tokens after the first; 0 where there is nothing to measure."""
        if self._first is None or tokens < 2 or self._last <= self._first:
            return 0.0
        return (tokens - 1) / (self._last - self._first)
