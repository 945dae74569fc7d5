"""The bus keeps its promises about facts, requests and cancelled turns."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import anyio
import pytest

from app.events.base import Answer, Event, Fact, Request
from app.events.dialogue import TurnCancelledEvent
from app.events.llm import LLMRequestEvent, LLMResponseEvent, LLMTokenEvent
from app.events.voice import BargeInEvent, LevelEvent, WakeWordEvent
from app.kernel.bus import Overrun
from app.kernel.errors import BrokenFile, Bug, TimedOut, TurnCancelled, Unavailable
from app.kernel.runtime import Runtime

pytestmark = pytest.mark.anyio


def wake(sample: int) -> WakeWordEvent:
    return WakeWordEvent(word="hey_jarvis", score=0.9, sample=sample, engine="scripted")


def level(dbfs: float) -> LevelEvent:
    return LevelEvent(dbfs=dbfs, speech=0.0)


async def three_tokens(request: Request) -> AsyncGenerator[Answer, None]:
    for text in ("a", "b", "c"):
        await anyio.sleep(1)
        yield LLMTokenEvent(text=text, turn=request.turn)
    yield LLMResponseEvent(text="abc", finish="stop", model="scripted")


async def test_a_fact_reaches_every_subscriber_of_its_kind_and_no_other(runtime: Runtime) -> None:
    bus = runtime.bus
    with bus.subscribe(WakeWordEvent, name="a") as a, bus.subscribe(Fact, name="b") as b:
        bus.publish(wake(1))
        bus.publish(level(-20))
        a.close()
        b.close()
        assert [type(e) async for e in a] == [WakeWordEvent]
        assert [type(e) async for e in b] == [WakeWordEvent, LevelEvent]


async def test_a_subscription_that_is_closed_while_full_ends_after_what_waits(runtime: Runtime) -> None:
    with runtime.bus.subscribe(WakeWordEvent, name="a", size=2) as a:
        runtime.bus.publish(wake(1))
        runtime.bus.publish(wake(2))
        a.close()
        assert [event.sample async for event in a] == [1, 2]


async def test_urgent_facts_overtake_and_keep_their_own_order(runtime: Runtime) -> None:
    bus = runtime.bus
    with bus.subscribe(Event, name="a") as a:
        bus.publish(wake(1))
        bus.publish(BargeInEvent(reason="key"))
        bus.publish(wake(2))
        bus.publish(BargeInEvent(reason="speech"))
        a.close()
        seen = [getattr(e, "reason", None) or getattr(e, "sample", None) async for e in a]
    assert seen == ["key", "speech", 1, 2]


async def test_of_droppable_facts_the_oldest_go_and_are_counted(runtime: Runtime) -> None:
    with runtime.bus.subscribe(LevelEvent, name="meter", size=2) as meter:
        for dbfs in (-40.0, -30.0, -20.0):
            runtime.bus.publish(level(dbfs))
        assert meter.counters.dropped == 1
        seen = [(await meter.next()).event.dbfs, (await meter.next()).event.dbfs]  # type: ignore[union-attr]
    assert seen == [-30.0, -20.0]


async def test_a_slow_subscriber_loses_its_subscription_and_nobody_else_notices(runtime: Runtime) -> None:
    bus = runtime.bus
    with bus.subscribe(WakeWordEvent, name="slow", size=2) as slow, bus.subscribe(Fact, name="fine") as fine:
        for sample in range(3):
            bus.publish(wake(sample))
        with pytest.raises(Overrun, match="slow"):
            async for _ in slow:
                pass
        assert fine.pending() == 3


async def test_answers_stream_to_the_asker_in_order(runtime: Runtime) -> None:
    async with runtime.bus.serve(LLMRequestEvent, three_tokens, name="llm"):
        async with runtime.bus.ask(LLMRequestEvent(messages=())) as answers:
            texts = [a.text async for a in answers if isinstance(a, LLMTokenEvent)]
    assert texts == ["a", "b", "c"]


async def test_leaving_an_ask_cancels_the_work(runtime: Runtime) -> None:
    ended: list[str] = []

    async def endless(request: Request) -> AsyncGenerator[Answer, None]:
        try:
            while True:
                await anyio.sleep(1)
                yield LLMTokenEvent(text="x")
        finally:
            ended.append("closed")

    async with runtime.bus.serve(LLMRequestEvent, endless, name="llm"):
        async with runtime.bus.ask(LLMRequestEvent(messages=())) as answers:
            async for _ in answers:
                break
        await anyio.sleep(0.1)
        assert ended == ["closed"]


async def test_no_owner_is_a_failure_at_once_that_names_the_part_of_solo(runtime: Runtime) -> None:
    with pytest.raises(Unavailable, match="Solo's language model is not there at the moment"):
        await runtime.bus.request(LLMRequestEvent(messages=()), LLMResponseEvent)


async def test_an_owner_that_goes_away_fails_its_askers_at_once(runtime: Runtime) -> None:
    async with anyio.create_task_group() as group:
        asked = anyio.Event()

        async def ask() -> None:
            with pytest.raises(Unavailable, match="llm stopped"):
                async with runtime.bus.ask(LLMRequestEvent(messages=())) as answers:
                    asked.set()
                    async for _ in answers:
                        pass

        async with runtime.bus.serve(LLMRequestEvent, three_tokens, name="llm"):
            group.start_soon(ask)
            await asked.wait()


async def test_an_error_answers_the_asker_and_the_owner_lives_on(runtime: Runtime) -> None:
    errors = iter([BrokenFile("The model is cut in half."), RuntimeError("oops")])

    async def failing(request: Request) -> AsyncGenerator[Answer, None]:
        yield LLMTokenEvent(text="x")
        raise next(errors)

    async with runtime.bus.serve(LLMRequestEvent, failing, name="llm"):
        with pytest.raises(BrokenFile, match="cut in half"):
            await runtime.bus.request(LLMRequestEvent(messages=()), LLMResponseEvent)
        with pytest.raises(Bug, match="oops"):
            await runtime.bus.request(LLMRequestEvent(messages=()), LLMResponseEvent)
        assert runtime.bus.counters()["requests:LLMRequestEvent"].failed == 2


async def test_an_ask_has_a_deadline(runtime: Runtime) -> None:
    async with runtime.bus.serve(LLMRequestEvent, three_tokens, name="llm"):
        with pytest.raises(TimedOut, match=r"2\.5 s"):
            await runtime.bus.request(LLMRequestEvent(messages=()), LLMResponseEvent, timeout=2.5)


async def test_the_askers_own_timeout_is_not_taken_for_the_owners(runtime: Runtime) -> None:
    async with runtime.bus.serve(LLMRequestEvent, three_tokens, name="llm"):
        with pytest.raises(TimeoutError, match="mine"):
            async with runtime.bus.ask(LLMRequestEvent(messages=()), timeout=9):
                raise TimeoutError("mine")


async def test_a_slow_asker_slows_the_owner_down(runtime: Runtime) -> None:
    made: list[int] = []

    async def eager(request: Request) -> AsyncGenerator[Answer, None]:
        for number in range(1000):
            made.append(number)
            yield LLMTokenEvent(text="x")

    async with runtime.bus.serve(LLMRequestEvent, eager, name="llm"):
        async with runtime.bus.ask(LLMRequestEvent(messages=())):
            await anyio.sleep(1)
            assert len(made) < 100


async def test_cancelling_a_turn_ends_its_requests_and_refuses_later_ones(runtime: Runtime) -> None:
    bus = runtime.bus
    outcomes: list[str] = []

    async def ask(turn: str) -> None:
        try:
            response = await bus.request(LLMRequestEvent(messages=(), turn=turn), LLMResponseEvent)
            outcomes.append(response.text)
        except TurnCancelled:
            outcomes.append(f"{turn} cancelled")

    async with bus.serve(LLMRequestEvent, three_tokens, name="llm", limit=1):
        async with anyio.create_task_group() as group:
            for turn in ("t1", "t1", "t2"):
                group.start_soon(ask, turn)
            await anyio.sleep(1.5)
            bus.publish(TurnCancelledEvent(turn="t1", reason="barge-in"))
        assert outcomes == ["t1 cancelled", "t1 cancelled", "abc"]
        with pytest.raises(TurnCancelled):
            await bus.request(LLMRequestEvent(messages=(), turn="t1"), LLMResponseEvent)


async def test_at_most_limit_requests_run_at_a_time(runtime: Runtime) -> None:
    running = most = 0

    async def counting(request: Request) -> AsyncGenerator[Answer, None]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await anyio.sleep(1)
        running -= 1
        yield LLMResponseEvent(text="", finish="stop", model="m")

    async with runtime.bus.serve(LLMRequestEvent, counting, name="llm", limit=2):
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(runtime.bus.request, LLMRequestEvent(messages=()), LLMResponseEvent)
    assert most == 2


async def test_the_first_answer_is_shown_to_observers(runtime: Runtime) -> None:
    seen: list[tuple[str, float]] = []
    forget = runtime.bus.observe(lambda request, answer, at: seen.append((type(answer).__name__, at)))
    async with runtime.bus.serve(LLMRequestEvent, three_tokens, name="llm"):
        began = runtime.clock.monotonic()
        await runtime.bus.request(LLMRequestEvent(messages=()), LLMResponseEvent)
        forget()
        await runtime.bus.request(LLMRequestEvent(messages=()), LLMResponseEvent)
    assert seen == [("LLMTokenEvent", began + 1)]


async def test_a_kind_of_request_has_one_owner(runtime: Runtime) -> None:
    async with runtime.bus.serve(LLMRequestEvent, three_tokens, name="llm"):
        assert runtime.bus.owner_of(LLMRequestEvent) == "llm"
        with pytest.raises(RuntimeError, match="owned by llm"):
            async with runtime.bus.serve(LLMRequestEvent, three_tokens, name="other"):
                pass
    assert runtime.bus.owner_of(LLMRequestEvent) is None
