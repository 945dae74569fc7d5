"""Prompts in pieces."""

from __future__ import annotations

from itertools import islice

from app.llm.scheduler.pieces import Pieces, common

PROMPT = list(range(100))


def test_each_piece_is_the_beginning_and_a_bit_more_and_the_rest_is_no_longer_than_one() -> None:
    ends = [len(piece) for piece in Pieces(32).plan(0, PROMPT)]
    assert ends == [32, 64, 96]
    assert [len(piece) for piece in Pieces(32).plan(0, PROMPT[:32])] == []


def test_work_that_was_stopped_goes_on_behind_the_last_piece_that_was_read() -> None:
    pieces = Pieces(10)
    plan = pieces.plan(1, PROMPT)
    assert [len(piece) for piece in islice(plan, 4)] == [10, 20, 30, 40]  # the fourth is not read to its end
    assert len(next(pieces.plan(1, PROMPT))) == 40


def test_what_was_written_meanwhile_is_all_that_is_read_when_it_goes_on() -> None:
    pieces = Pieces(10)
    list(pieces.plan(1, PROMPT))
    assert [len(piece) for piece in pieces.plan(1, [*PROMPT, *range(15)])] == [110]


def test_a_slot_that_another_used_is_read_from_the_beginning() -> None:
    pieces = Pieces(10)
    list(pieces.plan(1, PROMPT))
    assert list(pieces.plan(1, [])) == []
    assert len(next(pieces.plan(1, PROMPT))) == 10
    assert len(next(pieces.plan(2, PROMPT))) == 10


def test_what_two_prompts_begin_with() -> None:
    assert common([1, 2, 3], [1, 2, 4]) == 2
    assert common([], [1]) == 0
