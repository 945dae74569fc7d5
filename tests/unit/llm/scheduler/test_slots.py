"""Which dialogue gets which slot."""

import pytest

from app.events.llm import Priority
from app.llm.scheduler.slots import Slots


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


def test_a_dialogue_waits_for_its_own_slot_rather_than_begin_from_nothing() -> None:
    slots = Slots(3)
    first = slots.take("d", "voice")
    assert first is not None
    assert slots.take("d", "voice") is None
    assert slots.take("another", "chat") is not None
    slots.release(first)
    assert slots.take("d", "voice") == first
