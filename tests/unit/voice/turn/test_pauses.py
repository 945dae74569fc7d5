import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.voice.turn.pauses import LEAST, LONGEST_MS, MOST, Pauses


def after(*lengths: float) -> Pauses:
    pauses = Pauses()
    for length in lengths:
        pauses = pauses.after(length)
    return pauses


def test_nothing_is_changed_for_a_stranger() -> None:
    assert Pauses().stretch == 1.0


@pytest.mark.parametrize("length", [0.0, 120.0, 249.0, 2001.0, 60_000.0])
def test_breaths_and_very_long_silences_say_nothing(length: float) -> None:
    assert after(length) == Pauses()


def test_one_pause_changes_little_and_many_change_much() -> None:
    assert 1.0 < after(1200.0).stretch < 1.05
    assert after(*[1200.0] * 30).stretch == MOST
    assert after(*[300.0] * 30).stretch == LEAST


def test_the_newest_pauses_count_most() -> None:
    assert after(*[300.0] * 20, *[1200.0] * 20).average_ms > 1150


@given(st.lists(st.floats(0, 5000)))
def test_whatever_is_heard_the_stretch_stays_within_its_bounds(lengths: list[float]) -> None:
    pauses = after(*lengths)
    assert LEAST <= pauses.stretch <= MOST
    assert 250 <= pauses.average_ms <= LONGEST_MS


@pytest.mark.parametrize("wrong", [{"average_ms": 0}, {"average_ms": 1e9}, {"count": -1},
                                   {"average_ms": float("nan")}, {"average_ms": "much"}])  # fmt: skip
def test_what_nobody_can_have_learnt_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Pauses.model_validate(wrong)
