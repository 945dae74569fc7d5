"""The door, the turns in it, and that who gives way loses no word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import anyio
import pytest

from app.config.llm import ServerSettings
from app.events.llm import ChatMessage, Priority, Shape, ToolSpec
from app.kernel.errors import TimedOut
from app.llm.engines.scripted import ScriptedModel
from app.llm.port import Begun, Finished, Generation, Piece, Queued, Step
from app.llm.scheduler.door import Door, Place
from app.llm.scheduler.turns import in_turn
from app.llm.spec import EngineSpec

pytestmark = pytest.mark.anyio

WORDS = " ".join(f"word-{number}" for number in range(20))


def ask(priority: Priority = "chat", **more: object) -> Generation:
    said = ChatMessage(role="user", content="Talk.")
    return Generation((said,), 100, 0.0, priority=priority, **more)  # type: ignore[arg-type]


async def model(slots: int = 3) -> ScriptedModel:
    spec = EngineSpec("scripted", "auto", 2048, 1, 0, slots, ServerSettings(), Path("nowhere"))
    engine = ScriptedModel(spec, lambda _: WORDS, delay=0.1, can=("tools", "grammar"))
    await engine.load()
    return engine


async def collect(
    engine: ScriptedModel, request: Generation
) -> tuple[str, Finished, list[Step], list[float]]:
    steps, times = list[Step](), list[float]()
    async with aclosing(engine.generate(request)) as stream:
        async for step in stream:
            steps.append(step)
            times.append(asyncio.get_running_loop().time())
    assert isinstance(steps[-1], Finished)
    text = "".join(step.text for step in steps if isinstance(step, Piece))
    return text, steps[-1], steps, times


async def enter(door: Door, request: Generation) -> Place:
    place = door.come(request)
    async for _ in place.wait():
        pass
    return place


async def test_voice_is_let_in_before_those_who_came_first() -> None:
    door, order = Door(1), list[str]()
    held = await enter(door, ask())

    async def come(name: Priority) -> None:
        place = await enter(door, ask(name))
        order.append(name)
        place.leave()

    async with anyio.create_task_group() as group:
        for name in ("maintenance", "analysis", "chat", "voice"):
            group.start_soon(come, name)
        await anyio.sleep(0.1)
        assert door.waiting == 4
        held.leave()
    assert order == ["voice", "chat", "analysis", "maintenance"]
    assert door.busy == 0


async def test_who_waits_is_told_how_many_go_first_and_only_when_that_changes() -> None:
    door, told = Door(1), list[int]()
    held = [await enter(door, ask())]
    others = [asyncio.create_task(enter(door, ask(owner=f"o{n}"))) for n in range(2)]
    await anyio.sleep(0.1)

    async def watch() -> None:
        place = door.come(ask("analysis"))
        async for position in place.wait():
            told.append(position)
        place.leave()

    watching = asyncio.create_task(watch())
    for other in others:
        await anyio.sleep(1)
        held.pop().leave()
        held.append(await other)
    held.pop().leave()
    await watching
    assert told == [2, 1, 0]


async def test_who_stops_waiting_leaves_no_trace() -> None:
    door = Door(1)
    held = await enter(door, ask())

    async def run(_: Generation, __: Place) -> AsyncGenerator[Step, None]:
        yield Finished("stop")

    with anyio.move_on_after(0.1):
        async with aclosing(in_turn(door, ask("voice"), run)) as steps:
            async for _ in steps:
                pass
    assert door.waiting == 0
    held.leave()
    assert door.busy == 0


async def test_a_slot_handed_to_somebody_who_leaves_in_that_moment_is_not_lost() -> None:
    engine = await model(1)
    first = asyncio.create_task(collect(engine, ask()))
    second = asyncio.create_task(collect(engine, ask()))
    await anyio.sleep(0.05)
    first.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the slot has been handed over …
    second.cancel()  # … and its taker is called off before it runs
    await asyncio.wait({first, second})
    text, *_ = await collect(engine, ask())
    assert text == WORDS


async def test_a_deadline_that_passes_while_one_waits_is_said_in_a_sentence() -> None:
    engine = await model(1)
    async with anyio.create_task_group() as group:
        group.start_soon(collect, engine, ask())
        await anyio.sleep(0.05)
        began = asyncio.get_running_loop().time()
        with pytest.raises(TimedOut, match="others to answer"):
            await collect(engine, ask(deadline=0.5))
        assert asyncio.get_running_loop().time() - began == pytest.approx(0.5)


@pytest.mark.parametrize("slots", [1, 3])
@pytest.mark.parametrize("person", ["voice", "chat"])
async def test_background_work_gives_way_and_goes_on_without_losing_a_word(
    person: Priority, slots: int
) -> None:
    engine = await model(slots)
    background = asyncio.create_task(collect(engine, ask("maintenance", dialogue="m")))
    await anyio.sleep(0.75)
    began = asyncio.get_running_loop().time()
    spoken, _, steps, times = await collect(engine, ask(person))
    first = times[[isinstance(step, Piece) for step in steps].index(True)]
    assert first - began <= 0.2 if slots == 1 else first - began == pytest.approx(0.1)
    assert spoken == WORDS
    text, end, steps, times = await background
    assert text == WORDS
    assert end.completion_tokens == 20
    assert end.finish == "stop"
    pieces = [step for step in steps if isinstance(step, Piece)]
    assert len(pieces) == 20
    assert max(b - a for a, b in zip(times, times[1:], strict=False)) > 1.9  # it stood still meanwhile
    assert any(isinstance(step, Queued) for step in steps)


@pytest.mark.parametrize("more", [{"shape": Shape(kind="grammar")}, {"tools": (ToolSpec(name="t"),)}])
async def test_what_cannot_be_gone_on_with_is_written_anew_and_told_once(more: dict[str, object]) -> None:
    engine = await model()
    background = asyncio.create_task(collect(engine, ask("analysis", **more)))
    await anyio.sleep(0.75)
    await collect(engine, ask("voice"))
    text, end, steps, times = await background
    assert text == WORDS
    assert end.completion_tokens == 20
    said = [at for step, at in zip(steps, times, strict=True) if not isinstance(step, Queued | Begun)]
    assert len(set(said)) == 1  # nothing was told before all was there


async def test_an_answer_cut_at_its_longest_is_cut_there_though_it_gave_way() -> None:
    engine = await model()
    cut = Generation(ask().messages, 10, 0.0, priority="maintenance")
    background = asyncio.create_task(collect(engine, cut))
    await anyio.sleep(0.55)
    await collect(engine, ask("voice"))
    text, end, *_ = await background
    assert len(text.split()) == 10
    assert (end.finish, end.completion_tokens) == ("length", 10)


async def test_two_people_at_once_do_not_disturb_each_other() -> None:
    engine = await model(3)
    with anyio.fail_after(2.2):
        async with anyio.create_task_group() as group:
            for name in ("voice", "chat"):
                group.start_soon(collect, engine, ask(name))
