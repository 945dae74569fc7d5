import pytest

from app.events.voice import AttentionEvent
from app.kernel.errors import Bug
from app.voice.turn.states import TABLE, State, Trigger, after, edges


def test_every_state_has_a_row_and_every_state_can_be_announced() -> None:
    assert set(TABLE) == set(State)
    assert [AttentionEvent(state=state.value).state for state in State] == list(State)


def test_every_state_can_be_reached_and_left() -> None:
    assert {to for _, _, to in edges()} == set(State)
    assert all(TABLE[state] for state in State)


def test_from_everywhere_a_call_makes_solo_listen() -> None:
    assert {after(state, Trigger.CALLED) for state in State} == {State.LISTENING}


def test_every_trigger_is_used() -> None:
    assert {trigger for _, trigger, _ in edges()} == set(Trigger)


def test_what_cannot_happen_is_a_bug_that_names_both() -> None:
    with pytest.raises(Bug, match=r"asleep.*decided"):
        after(State.ASLEEP, Trigger.DECIDED)
