"""Has a model answer in the shape that was asked for, and call tools, whatever its engine can do by itself.

What an engine has means for is asked of it natively; the rest in words, and what comes is looked at, mended
where that is plain, and else asked for again with what is wrong with it.  Nothing of an answer is told
before it is certain that it has the shape.  All that was asked counts in the one answer.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final

import structlog

from app.events.base import Answer
from app.events.llm import LLMRequestEvent, LLMResponseEvent, LLMTokenEvent, LLMUsedEvent
from app.kernel.errors import SoloError, TimedOut, Unsupported
from app.kernel.runtime import Runtime
from app.llm.calls import CallsInText
from app.llm.failures import NotTaken
from app.llm.port import Generation, LanguageModel
from app.llm.prompts.window import within_window
from app.llm.spec import EngineSpec
from app.llm.structure.plan import Plan, concerns, planned
from app.llm.structure.verdict import Verdict, verdict
from app.llm.structure.words import asked_again
from app.llm.writing import written

log = structlog.get_logger("solo.llm")

SUMMED: Final = ("prompt_tokens", "cached_tokens", "completion_tokens", "cost")


class Unmet(Unsupported):
    """The model did not answer in the shape that was asked for."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What an answer is made of. repairs: how often the model may be asked again; summary: see
    `within_window`."""

    request: LLMRequestEvent
    generation: Generation
    engine: LanguageModel
    spec: EngineSpec
    runtime: Runtime
    repairs: int = 2
    summary: bool = True


async def answered(asking: Asking) -> AsyncGenerator[Answer, None]:
    """As `written`, in the shape that was asked for.

    Raises BadInput and TooLarge for a shape that cannot be met, Unmet when the model does not meet it,
    Unsupported for a grammar where the engine has none, and what the engine raises.
    """
    if not concerns(asking.generation):
        answers = _written(asking, asking.generation)
    else:
        answers = _Shaping(asking).answers()
    async with aclosing(answers):
        async for answer in answers:
            yield answer


def _written(asking: Asking, generation: Generation) -> AsyncGenerator[Answer, None]:
    now = asking.runtime.clock.monotonic
    paid = asking.runtime.bus.publish
    return written(asking.request, generation, asking.engine, asking.spec, now, paid)


class _Shaping:
    """One answer, in as many tries as it takes."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._began = asking.runtime.clock.monotonic()
        self._told = ""
        self._spent: list[LLMResponseEvent] = []

    async def answers(self) -> AsyncGenerator[Answer, None]:
        """See `answered`."""
        plan = await self._plan(native=True)
        try:
            try:
                async with aclosing(self._tries(plan)) as answers:
                    async for answer in answers:
                        yield answer
            except (Unsupported, NotTaken) as error:
                if plan.worded or self._told or self._spent:
                    raise
                plan = await self._in_words(error)
                async with aclosing(self._tries(plan)) as answers:
                    async for answer in answers:
                        yield answer
        except SoloError:
            self._account()
            raise

    async def _plan(self, *, native: bool) -> Plan:
        """How to ask; the schemas are read in a thread."""
        asking = self._asking
        able = asking.engine.capabilities
        return await asking.runtime.pool.run(planned, asking.generation, able, native=native)

    async def _in_words(self, error: SoloError) -> Plan:
        """The engine's own means do not take this shape or these tools. Raises the error where words would
        not help either."""
        plan = await self._plan(native=False)
        if not plan.worded:
            raise error
        log.info("asked_in_words", model=self._asking.engine.capabilities.model, reason=error.message)
        return plan

    async def _tries(self, plan: Plan) -> AsyncGenerator[Answer, None]:
        generation, wrong = plan.generation, ""
        for _ in range(self._asking.repairs + 1):
            attempt = _Attempt(plan)
            generation = await self._fitting(plan, generation)
            async with aclosing(_written(self._asking, generation)) as answers:
                async for answer in answers:
                    for told in attempt.read(answer):
                        self._told += told.text if isinstance(told, LLMTokenEvent) else ""
                        yield told
            found, end = await self._looked_at(plan, attempt)
            if not found.wrong:
                for told in self._rest(attempt, found, end):
                    yield told
                return
            log.info("answer_out_of_shape", model=end.model, tries=len(self._spent))
            wrong = found.wrong
            generation = asked_again(plan.again, end.text, wrong)
        raise Unmet(
            f"The model {self._asking.engine.capabilities.model} did not answer in the shape that was asked "
            f"for: {wrong}",
            hint="Ask for less at once, or take a larger model.",
        )

    async def _fitting(self, plan: Plan, generation: Generation) -> Generation:
        """Within the window, and within the time that is left."""
        asking = self._asking
        if plan.worded or self._spent:
            generation = await within_window(asking.engine, generation, summary=asking.summary)
        deadline = asking.generation.deadline
        if deadline is None or not self._spent:
            return generation
        left = deadline - (asking.runtime.clock.monotonic() - self._began)
        if left <= 0:
            raise TimedOut("The language model did not answer in time in the shape that was asked for.")
        return replace(generation, deadline=left)

    async def _looked_at(self, plan: Plan, attempt: _Attempt) -> tuple[Verdict, LLMResponseEvent]:
        end = attempt.end
        self._spent.append(end)
        messages = self._asking.generation.messages
        found = await self._asking.runtime.pool.run(verdict, plan, attempt.rest, end, messages)
        if found.wrong and self._told:
            # Half of it was said: what cannot be used is left out, and nobody else is asked.
            found = Verdict("", ())
        return found, end

    def _rest(self, attempt: _Attempt, found: Verdict, end: LLMResponseEvent) -> list[Answer]:
        """What was held back, and the end."""
        told: list[Answer] = []
        if found.text and found.text == attempt.rest and not self._told:
            told = [*attempt.held]
        elif found.text:
            whose = {"owner": end.owner, "turn": end.turn, "revision": end.revision}
            told = [LLMTokenEvent.model_validate({**whose, "text": found.text})]
        live = bool(self._told)
        finish = "tool_calls" if found.calls else found.finish or end.finish
        sums = {name: sum(getattr(one, name) for one in self._spent) for name in SUMMED}
        now = self._asking.runtime.clock.monotonic()
        first = {} if live else {"first_token_ms": (now - self._began) * 1000}
        changes = {"text": (self._told + found.text).rstrip(), "tool_calls": found.calls, "finish": finish}
        return [*told, end.model_copy(update={**changes, **sums, **first})]

    def _account(self) -> None:
        """What was asked in vain was asked all the same."""
        if not self._spent:
            return
        request, last = self._asking.request, self._spent[-1]
        self._asking.runtime.bus.publish(
            LLMUsedEvent(
                owner=request.owner,
                turn=request.turn,
                role=request.role,
                provider=last.provider,
                model=last.model,
                prompt_tokens=sum(end.prompt_tokens for end in self._spent),
                cached_tokens=sum(end.cached_tokens for end in self._spent),
                completion_tokens=sum(end.completion_tokens for end in self._spent),
                cost=sum(end.cost for end in self._spent),
            )
        )


class _Attempt:
    """One answer as it comes. held: what was not told of it; end: known when it is over."""

    end: LLMResponseEvent

    def __init__(self, plan: Plan) -> None:
        self._live = plan.live
        self._calls = CallsInText(plan.sought)
        self._whole = ""
        self._told = ""
        self.held: list[LLMTokenEvent] = []

    def read(self, answer: Answer) -> list[Answer]:
        """What may be told of it."""
        if isinstance(answer, LLMResponseEvent):
            self.end = answer
            return []
        if not isinstance(answer, LLMTokenEvent):
            return [answer]
        self._whole += answer.text
        self.held.append(answer)
        if not self._live:
            return []
        text = self._calls.feed(answer.text)
        self._told += text
        if not text:
            return []
        return [answer if text == answer.text else answer.model_copy(update={"text": text})]

    @property
    def rest(self) -> str:
        """What was not told."""
        return self._whole[len(self._told) :]
