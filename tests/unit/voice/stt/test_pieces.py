import numpy as np
import pytest

from app.voice.audio.frames import RATE
from app.voice.stt.encoder import window_for
from app.voice.stt.pieces import loops, most_tokens, pieces, unrolled


@pytest.mark.parametrize("seconds", [0.0, 5.0, 29.5, 40.0, 200.0])
def test_pieces_are_the_whole_recording_and_each_fits_into_a_window(seconds: float) -> None:
    audio = np.random.default_rng(1).standard_normal(round(seconds * RATE)).astype(np.float32)
    cut = pieces(audio)
    assert np.array_equal(np.concatenate(cut), audio)
    assert all(window_for(piece.size / RATE) for piece in cut)
    assert len(cut) <= 1 + seconds / 5


def test_a_long_recording_is_cut_where_it_is_quiet() -> None:
    audio = np.ones(40 * RATE, np.float32)
    audio[9 * RATE : 10 * RATE] = 0
    assert 9 * RATE < pieces(audio)[0].size < 10 * RATE


def test_up_to_twenty_seconds_are_heard_as_one() -> None:
    assert len(pieces(np.ones(20 * RATE, np.float32))) == 1


def test_the_bound_on_tokens_leaves_room_for_the_fastest_speaker() -> None:
    assert most_tokens(0.3) >= 12
    assert most_tokens(2.0) >= 2 * 9


@pytest.mark.parametrize(
    "tokens",
    [[1, 2, 3, 1, 2, 3], [9, 9, 1, 2, 3, 4, 1, 2, 3, 4], [5, 5, 5, 5, 5, 5], [8, 1, 2, 3, 1, 2, 3, 8]],
)
def test_saying_the_same_three_tokens_again_at_once_is_a_loop(tokens: list[int]) -> None:
    assert loops(tokens)


@pytest.mark.parametrize(
    "tokens", [[], [1], [1, 2, 1, 2], [1, 2, 3, 9, 1, 2, 3], [7, 7, 7, 7, 7], [1, 2, 3, 1, 2]]
)
def test_repeating_oneself_as_people_do_is_none(tokens: list[int]) -> None:
    assert not loops(tokens)


@pytest.mark.parametrize(
    ("tokens", "once"),
    [
        ([1, 2, 3, 1, 2, 3, 1, 2, 3], [1, 2, 3]),
        ([1, 2, 3, 4, 1, 2, 3, 4, 1, 2], [1, 2, 3, 4]),
        ([1, 1, 2, 1, 1, 2], [1, 1, 2]),
        ([9, 1, 2, 3, 1, 2, 3], []),
        ([1, 2, 3, 1, 2, 4], []),
        ([1, 2, 1, 2], []),
        ([], []),
    ],
)
def test_what_is_said_over_and_over_to_the_end_was_said_once(tokens: list[int], once: list[int]) -> None:
    assert unrolled(tokens) == once
