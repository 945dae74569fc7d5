"""What models plainly get wrong is mended, and nothing is made up."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.llm.structure.repair import candidates
from tests.broken_json import LOST, MENDED

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def first(text: str, *, cut: bool = False) -> object:
    return next(candidates(text, cut=cut), "nothing")


@pytest.mark.parametrize("what", sorted(MENDED))
def test_it_is_mended(what: str) -> None:
    text, meant = MENDED[what]
    assert first(text) == meant


@pytest.mark.parametrize("what", sorted(LOST))
def test_it_is_not_made_up(what: str) -> None:
    assert first(LOST[what]) == "nothing"


@settings(max_examples=25)
@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_what_is_right_is_read_as_it_is(value: dict[str, object]) -> None:
    assert first(json.dumps(value, ensure_ascii=False)) == value
    assert first(json.dumps(value, indent=1)) == value


@settings(max_examples=25)
@given(st.dictionaries(st.text(max_size=5), VALUES, min_size=1, max_size=4), st.data())
def test_of_what_was_cut_off_nothing_is_taken_for_whole(
    value: dict[str, object], data: st.DataObject
) -> None:
    text = json.dumps(value)
    at = data.draw(st.integers(1, len(text) - 1))
    assert value not in list(candidates(text[:at], cut=True))


@given(st.text(alphabet="{}[]\"':,\\/*#` \n01tTrue", max_size=60))
def test_whatever_comes_it_ends_and_only_values_of_json_come_out(text: str) -> None:
    for value in candidates(text):
        json.dumps(value, allow_nan=False)


def test_several_values_come_in_order() -> None:
    assert list(candidates('first {"a": 1} then {"a": 2}'))[:2] == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": ' * 4_000,
        "[" * 20_000,
        '{"a": "' + '"x' * 10_000,
        '{"a": "' + '"/*' * 7_000,
        '{"a": "' + '"#' * 10_000,
        '{"a": "' + '"#\n' * 7_000,
        "{" + " " * 20_000,
        '{"a": ' + "1" * 20_000,
        '["' + "\\" * 20_000,
        "```" * 7_000,
        "{a: " * 20_000,
        '{"a": "x",' * 9_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_costs_bounded_time(text: str) -> None:
    began = time.process_time()
    list(candidates(text))
    assert time.process_time() - began < 2
