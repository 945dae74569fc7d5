"""Which model answers when others fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

import anyio
import pytest

from app.events.base import Answer
from app.events.llm import ChatMessage, LLMQueuedEvent, LLMRequestEvent, LLMResponseEvent, LLMTokenEvent
from app.kernel.errors import (
    BadInput,
    Bug,
    Forbidden,
    Interrupted,
    NotFound,
    RateLimited,
    SoloError,
    TimedOut,
    Unavailable,
    Unsupported,
)
from app.kernel.runtime import Runtime
from app.llm.port import TooLate
from app.llm.roles.breaker import FAILURES, FIRST_PAUSE
from app.llm.roles.fallback import MUTE
from app.llm.roles.router import Router

pytestmark = pytest.mark.anyio

ASKED = LLMRequestEvent(messages=(ChatMessage(role="user", content="hi"),))
CHAIN = ("a:one", "b:two")


@dataclass
class Models:
    """What each target does: the errors that it raises in turn, then it answers with its name. takes:
    seconds that each needs for either; mute: it does not say that it has been heard."""

    fails: dict[str, list[SoloError]] = field(default_factory=dict[str, list[SoloError]])
    spoken_before: bool = False
    asked: list[str] = field(default_factory=list[str])
    takes: dict[str, float] = field(default_factory=dict[str, float])
    mute: bool = False
    deadlines: list[float | None] = field(default_factory=list[float | None])
    called_off: list[str] = field(default_factory=list[str])

    async def answer(self, request: LLMRequestEvent, target: str) -> AsyncGenerator[Answer, None]:
        self.asked.append(target)
        self.deadlines.append(request.deadline)
        try:
            async with aclosing(self._answer(target)) as answers:
                async for answer in answers:
                    yield answer
        except asyncio.CancelledError:
            self.called_off.append(target)
            raise

    async def _answer(self, target: str) -> AsyncGenerator[Answer, None]:
        if not self.mute:
            yield LLMQueuedEvent(position=1)
        if self.spoken_before:
            yield LLMTokenEvent(text="Well")
        await anyio.sleep(self.takes.get(target, 0.0))
        if errors := self.fails.get(target):
            raise errors.pop(0)
        yield LLMTokenEvent(text=target)


async def said(router: Router, request: LLMRequestEvent = ASKED, chain: tuple[str, ...] = CHAIN) -> list[str]:
    async with aclosing(router.run(request, chain)) as answers:
        return [answer.text async for answer in answers if isinstance(answer, LLMTokenEvent)]


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("Down."),
        TimedOut("Slow."),
        RateLimited("Enough.", after=3600),
        Forbidden("No key."),
        NotFound("No model."),
        Unsupported("No tools."),
        Interrupted("Broke off."),
    ],
)
async def test_what_another_may_do_better_is_asked_of_the_next(runtime: Runtime, error: SoloError) -> None:
    models = Models({"a:one": [error]})
    assert await said(Router(runtime.clock, models.answer)) == ["b:two"]


@pytest.mark.parametrize("error", [BadInput("Too long."), Bug("Oh.")])
async def test_what_is_wrong_everywhere_is_not_asked_again(runtime: Runtime, error: SoloError) -> None:
    models = Models({"a:one": [error]})
    with pytest.raises(type(error)):
        await said(Router(runtime.clock, models.answer))
    assert models.asked == ["a:one"]


async def test_after_the_first_word_nobody_else_is_asked(runtime: Runtime) -> None:
    models = Models({"a:one": [Interrupted("Broke off.")]}, spoken_before=True)
    with pytest.raises(Interrupted):
        await said(Router(runtime.clock, models.answer))
    assert models.asked == ["a:one"]


async def test_when_all_fail_the_first_reason_is_told(runtime: Runtime) -> None:
    models = Models({"a:one": [Forbidden("The key is wrong.")], "b:two": [Unavailable("Down.")]})
    with pytest.raises(Forbidden, match="key"):
        await said(Router(runtime.clock, models.answer))


async def test_a_model_that_fails_again_and_again_is_left_alone_for_a_while(runtime: Runtime) -> None:
    models = Models({"a:one": [Unavailable("Down.") for _ in range(FAILURES)]})
    router = Router(runtime.clock, models.answer)
    for _ in range(FAILURES + 2):
        assert await said(router) == ["b:two"]
    assert models.asked.count("a:one") == FAILURES
    assert router.breakers.states(router.now()) == {"a:one": "open"}
    await runtime.clock.sleep(FIRST_PAUSE)
    assert await said(router) == ["a:one"]
    assert router.breakers.states(router.now()) == {}


async def test_a_chain_that_is_left_alone_says_so_at_once(runtime: Runtime) -> None:
    models = Models({"a:one": [Unavailable("Down.") for _ in range(FAILURES)]})
    router = Router(runtime.clock, models.answer)
    for _ in range(FAILURES):
        with pytest.raises(Unavailable, match="Down"):
            await said(router, chain=("a:one",))
    with pytest.raises(Unavailable, match="tried again soon"):
        await said(router, chain=("a:one",))
    assert len(models.asked) == FAILURES


async def test_who_says_how_long_to_wait_is_left_alone_for_so_long(runtime: Runtime) -> None:
    models = Models({"a:one": [RateLimited("Enough.", after=100)]})
    router = Router(runtime.clock, models.answer)
    for _ in range(3):
        await said(router)
    assert models.asked.count("a:one") == 1
    await runtime.clock.sleep(100)
    assert await said(router) == ["a:one"]


async def test_the_last_of_a_chain_is_waited_for_when_it_is_soon(runtime: Runtime) -> None:
    models = Models({"a:one": [RateLimited("Enough.", after=2)]})
    began = runtime.clock.monotonic()
    assert await said(Router(runtime.clock, models.answer), chain=("a:one",)) == ["a:one"]
    assert runtime.clock.monotonic() - began == pytest.approx(2)


async def test_nobody_waits_longer_than_the_asker_has_time(runtime: Runtime) -> None:
    models = Models({"a:one": [RateLimited("Enough.", after=2)]})
    hurried = ASKED.model_copy(update={"deadline": 1.0})
    with pytest.raises(RateLimited):
        await said(Router(runtime.clock, models.answer), hurried, chain=("a:one",))


async def test_who_goes_away_says_nothing_against_the_model(runtime: Runtime) -> None:
    models = Models()
    router = Router(runtime.clock, models.answer)
    for _ in range(FAILURES + 1):
        async with aclosing(router.run(ASKED, CHAIN)) as answers:
            async for _ in answers:
                break
    assert set(models.asked) == {"a:one"}


def within(seconds: float) -> LLMRequestEvent:
    return ASKED.model_copy(update={"deadline": seconds})


async def test_an_answer_that_takes_too_long_is_called_off_to_the_second(runtime: Runtime) -> None:
    models = Models(takes={"a:one": 60.0})
    began = runtime.clock.monotonic()
    with pytest.raises(TimedOut, match="had 4 s to answer"):
        await said(Router(runtime.clock, models.answer), within(4.0))
    assert runtime.clock.monotonic() - began == pytest.approx(4.0)
    assert models.asked == models.called_off == ["a:one"]


async def test_the_next_gets_the_seconds_that_are_left(runtime: Runtime) -> None:
    models = Models({"a:one": [Unavailable("Down.")]}, takes={"a:one": 3.0, "b:two": 5.0})
    assert await said(Router(runtime.clock, models.answer), within(10.0)) == ["b:two"]
    assert models.deadlines == [10.0, pytest.approx(7.0)]


async def test_after_the_deadline_nobody_else_is_asked(runtime: Runtime) -> None:
    models = Models({"a:one": [Unavailable("Down.")]}, takes={"a:one": 3.0, "b:two": 5.0})
    began = runtime.clock.monotonic()
    with pytest.raises(TooLate):
        await said(Router(runtime.clock, models.answer), within(4.0), chain=(*CHAIN, "c:three"))
    assert runtime.clock.monotonic() - began == pytest.approx(4.0)
    assert models.asked == ["a:one", "b:two"]


async def test_what_was_begun_ends_with_an_error_and_never_silently(runtime: Runtime) -> None:
    models = Models(takes={"a:one": 60.0}, spoken_before=True)
    told: list[str] = []
    with pytest.raises(TimedOut):
        async with aclosing(Router(runtime.clock, models.answer).run(within(2.0), CHAIN)) as answers:
            async for answer in answers:
                told += [answer.text] if isinstance(answer, LLMTokenEvent) else []
    assert told == ["Well"]
    assert models.asked == ["a:one"]


async def test_an_asker_who_reads_slowly_is_told_that_it_is_over(runtime: Runtime) -> None:
    models = Models(spoken_before=True)
    with pytest.raises(TimedOut):
        async with aclosing(Router(runtime.clock, models.answer).run(within(2.0), CHAIN)) as answers:
            async for _ in answers:
                await anyio.sleep(1.5)


async def test_who_has_the_whole_answer_is_not_late(runtime: Runtime) -> None:
    async def answer(request: LLMRequestEvent, target: str) -> AsyncGenerator[Answer, None]:
        yield LLMResponseEvent(text="Done.", finish="stop", model=target)
        await anyio.sleep(5)  # it puts the answer away

    router = Router(runtime.clock, answer)
    async with aclosing(router.run(within(2.0), CHAIN)) as answers:
        assert [type(one) async for one in answers] == [LLMResponseEvent]


async def test_who_has_no_time_does_not_speak_against_a_model_that_others_wait_for(runtime: Runtime) -> None:
    models = Models(takes={"a:one": 60.0})
    router = Router(runtime.clock, models.answer)
    for _ in range(FAILURES + 1):
        with pytest.raises(TooLate):
            await said(router, within(2 * MUTE))
    assert router.breakers.states(router.now()) == {}


async def test_a_model_that_lets_one_after_the_other_wait_in_silence_is_left_alone(runtime: Runtime) -> None:
    models = Models(takes={"a:one": 60.0}, mute=True)
    router = Router(runtime.clock, models.answer)
    for _ in range(FAILURES):
        with pytest.raises(TooLate):
            await said(router, within(2 * MUTE))
    assert await said(router, within(2 * MUTE)) == ["b:two"]


async def test_of_a_chain_that_failed_who_wants_the_shortest_pause_is_asked_again(runtime: Runtime) -> None:
    models = Models({"a:one": [RateLimited("Enough.", after=2)], "b:two": [RateLimited("Enough.", after=9)]})
    began = runtime.clock.monotonic()
    assert await said(Router(runtime.clock, models.answer)) == ["a:one"]
    assert runtime.clock.monotonic() - began == pytest.approx(2)
    assert models.asked == ["a:one", "b:two", "a:one"]


async def test_who_asked_for_a_pause_is_waited_for_though_the_last_is_down(runtime: Runtime) -> None:
    models = Models({"a:one": [RateLimited("Enough.", after=2)], "b:two": [Unavailable("Down.")]})
    assert await said(Router(runtime.clock, models.answer)) == ["a:one"]


async def test_who_is_left_alone_is_not_counted_upon(runtime: Runtime) -> None:
    models = Models({"a:one": [RateLimited("Enough.", after=100)]})
    router = Router(runtime.clock, models.answer)
    assert router.likely(CHAIN) == "a:one"
    await said(router)
    assert router.likely(CHAIN) == "b:two"
    assert router.likely(("a:one",)) == "a:one"
