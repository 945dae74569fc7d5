"""Which dialogue gets which slot, and who waits for whom."""

import asyncio

import anyio
import pytest

from app.events.llm import Priority
from app.llm.gate import Gate
from app.llm.slots import Slots

pytestmark = pytest.mark.anyio


def test_voice_gets_the_slot_that_goes_first() -> None:
    assert Slots(4).take("v", "voice") == 0


def test_chat_never_takes_the_slot_of_voice() -> None:
    slots = Slots(3)
    assert {slots.take(f"c{n}", "chat") for n in range(3)} == {1, 2, None}
    assert slots.take("v", "voice") == 0


def test_voice_takes_any_slot_when_its_own_is_busy() -> None:
    slots = Slots(2)
    assert [slots.take(f"v{n}", "voice") for n in range(3)] == [0, 1, None]


@pytest.mark.parametrize("priority", ["analysis", "maintenance"])
def test_background_work_stays_in_the_last_slot(priority: Priority) -> None:
    slots = Slots(4)
    assert slots.take(None, priority) == 3
    assert slots.take(None, priority) is None
    assert slots.take("c", "chat") == 1


def test_a_dialogue_comes_back_to_its_own_slot() -> None:
    slots = Slots(4)
    first, other = slots.take("a", "chat"), slots.take("b", "chat")
    assert first is not None
    assert other is not None
    slots.release(first)
    slots.release(other)
    assert slots.take("b", "chat") == other
    assert slots.take("a", "chat") == first


def test_a_dialogue_that_is_answered_twice_at_once_gets_a_second_slot() -> None:
    slots = Slots(4)
    assert slots.take("a", "chat") != slots.take("a", "chat")


def test_a_new_dialogue_takes_an_unused_slot_and_then_the_stalest() -> None:
    slots = Slots(4)
    for name in ("a", "b", "c"):
        taken = slots.take(name, "chat")
        assert taken is not None
        slots.release(taken)
    again = slots.take("a", "chat")
    assert again == 1
    slots.release(again)
    assert slots.take("new", "chat") == 2


def test_one_slot_serves_everybody_in_turn() -> None:
    slots = Slots(1)
    assert slots.take("c", "maintenance") == 0
    assert slots.take("v", "voice") is None
    slots.release(0)
    assert slots.take("v", "voice") == 0


async def test_voice_is_let_in_before_those_who_came_first() -> None:
    gate, order = Gate(Slots(1)), list[str]()
    held = await gate.enter(None, "chat")

    async def come(name: Priority) -> None:
        slot = await gate.enter(None, name)
        order.append(name)
        gate.leave(slot)

    async with anyio.create_task_group() as group:
        for name in ("maintenance", "analysis", "chat", "voice"):
            group.start_soon(come, name)
        await anyio.sleep(0.1)
        assert gate.waiting == 4
        gate.leave(held)
    assert order == ["voice", "chat", "analysis", "maintenance"]
    assert gate.busy == 0


async def test_who_stops_waiting_holds_up_nobody() -> None:
    gate = Gate(Slots(1))
    held = await gate.enter(None, "chat")
    with anyio.move_on_after(0.1):
        await gate.enter(None, "voice")
    assert gate.waiting == 0
    gate.leave(held)
    assert await gate.enter(None, "chat") == 0


async def test_a_slot_handed_to_somebody_who_leaves_in_that_moment_is_not_lost() -> None:
    gate = Gate(Slots(1))
    held = await gate.enter(None, "chat")
    waiting = asyncio.create_task(gate.enter(None, "chat"))
    await anyio.sleep(0.1)
    gate.leave(held)  # the slot is handed over …
    waiting.cancel()  # … and its taker is called off before it runs
    await asyncio.wait({waiting})
    assert waiting.cancelled()
    assert gate.busy == 0


def test_a_dialogue_waits_for_its_own_slot_rather_than_begin_from_nothing() -> None:
    slots = Slots(3)
    first = slots.take("d", "voice")
    assert first is not None
    assert slots.take("d", "voice") is None
    assert slots.take("another", "chat") is not None
    slots.release(first)
    assert slots.take("d", "voice") == first
