"""English sentences: what is taken, what is left to the language model, and how fast."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.skills.english.durations import whole
from app.skills.english.rules import ENGLISH
from app.skills.english.words import tokenize
from app.skills.grammar import LONGEST
from app.skills.intents import Intent, SetTimer
from tests.unit.skills.leftalone import LEFT_ALONE
from tests.unit.skills.phrases import TAKEN


@pytest.mark.parametrize(("text", "meant"), TAKEN, ids=[text for text, _ in TAKEN])
def test_a_command_is_understood(text: str, meant: Intent) -> None:
    assert ENGLISH.match(text) == meant


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_no_command_is_left_to_the_language_model(text: str) -> None:
    assert ENGLISH.match(text) is None


def test_there_are_enough_of_both() -> None:
    assert len(TAKEN) >= 150
    assert len(LEFT_ALONE) >= 60


@pytest.mark.parametrize(("text", "_"), TAKEN, ids=[text for text, _ in TAKEN])
def test_nor_is_a_command_within_a_sentence(text: str, _: Intent) -> None:
    bare = text.rstrip(".?!").lower()
    assert ENGLISH.match(f"Why do people say {bare} to a machine?") is None
    assert ENGLISH.match(f"My brother told me, {bare}, and then he laughed.") is None


@given(st.integers(1, 23), st.integers(0, 59), st.integers(0, 59))
def test_every_length_of_time_is_understood(hours: int, minutes: int, seconds: int) -> None:
    said = f"{hours} hours {minutes} minutes and {seconds} seconds"
    words = [token.text for token in tokenize(said)]
    assert whole(words) == hours * 3600 + minutes * 60 + seconds


@given(st.text(max_size=LONGEST + 50))
def test_nothing_that_is_said_breaks_it(text: str) -> None:
    ENGLISH.match(text)
    ENGLISH.match(f"set a timer for {text}")
    ENGLISH.match(f"remind me {text}")


SOUP = "remind me to at five half past in the on monday a timer for ten minutes and".split()  # noqa: SIM905


@given(st.lists(st.sampled_from(SOUP)))
def test_nor_does_it_take_long(words: list[str]) -> None:
    began = time.thread_time()
    ENGLISH.match(" ".join(words))
    assert time.thread_time() - began < 2  # hours, were it to try every way


def test_the_name_is_as_it_was_said() -> None:
    assert ENGLISH.match("SET A TIMER called Crème Brûlée FOR 5 MINUTES") == SetTimer(300, "Crème Brûlée")
