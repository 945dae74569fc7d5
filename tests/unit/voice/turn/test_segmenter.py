from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.voice.audio.frames import FRAME, Frame
from app.voice.turn.segmenter import FOREVER, Heard, Limits, Segmenter

LIMITS = Limits(
    threshold=0.5, start=3 * FRAME, pause=5 * FRAME, preroll=10 * FRAME, patience=FOREVER, longest=500 * FRAME
)
WAIT = 12 * FRAME


def frames(scores: Iterable[float], first: int = 0, dbfs: float = -30.0) -> list[Frame]:
    return [
        Frame((first + n) * FRAME, np.full(FRAME, first + n, np.float32), score, dbfs)
        for n, score in enumerate(scores)
    ]


def heard(
    scores: Iterable[float], limits: Limits = LIMITS, *, floor: int = 0, held: bool = False
) -> tuple[list[tuple[int, Heard]], Segmenter]:
    """(number of the frame, mark) of all marks."""
    cut = Segmenter(limits, floor=floor, wait=WAIT, held=held)
    marks = [(frame.index // FRAME, cut.hear(frame)) for frame in frames(scores)]
    return [(number, mark) for number, mark in marks if mark is not None], cut


S, Q = 0.9, 0.0


def test_a_turn_begins_pauses_and_ends() -> None:
    marks, cut = heard([Q] * 20 + [S] * 10 + [Q] * 20)
    assert marks == [(22, Heard.BEGAN), (34, Heard.PAUSED), (41, Heard.ENDED)]
    assert cut.began_at == 20 * FRAME
    assert cut.voiced_until == 30 * FRAME
    assert cut.silence == WAIT


def test_the_preroll_is_kept_and_no_more() -> None:
    _, cut = heard([Q] * 50 + [S] * 10)
    audio = cut.audio()
    assert audio[0] == 40
    assert len(audio) == 20 * FRAME


def test_nothing_before_the_floor_belongs_to_the_turn() -> None:
    _, cut = heard([S] * 30, floor=7 * FRAME + 100)
    assert cut.audio()[0] == 7
    assert len(cut.audio()) == 23 * FRAME - 100


def test_a_click_is_no_beginning() -> None:
    marks, _ = heard([Q, S, S, Q, Q, Q] * 20)
    assert marks == []


def test_what_is_too_quiet_is_never_speech() -> None:
    cut = Segmenter(replace(LIMITS, minimum_dbfs=-50.0), floor=0, wait=WAIT)
    assert [cut.hear(frame) for frame in frames([S] * 20, dbfs=-51.0)] == [None] * 20


def test_a_weaker_score_keeps_speech_going_but_does_not_begin_it() -> None:
    assert heard([0.4] * 30)[0] == []
    marks, _ = heard([S] * 5 + [0.4] * 30)
    assert marks == [(2, Heard.BEGAN)]


def test_going_on_after_a_pause_is_the_same_turn() -> None:
    marks, _ = heard([S] * 10 + [Q] * 8 + [S] * 10 + [Q] * 12)
    assert [mark for _, mark in marks] == [
        Heard.BEGAN,
        Heard.PAUSED,
        Heard.RESUMED,
        Heard.PAUSED,
        Heard.ENDED,
    ]


def test_a_click_in_the_pause_does_not_keep_the_turn_open() -> None:
    marks, _ = heard([S] * 10 + [Q] * 6 + [S] + [Q] * 10)
    assert marks[-1] == (21, Heard.ENDED)


def test_a_word_with_one_frame_that_is_too_quiet_is_still_a_word() -> None:
    marks, _ = heard([S] * 10 + [Q] * 8 + [S, S, Q, S, S] + [Q] * 8)
    assert Heard.RESUMED in [mark for _, mark in marks]


def test_who_begins_again_in_the_last_moment_is_not_cut_off() -> None:
    marks, _ = heard([S] * 10 + [Q] * 11 + [S] * 5)
    assert marks[-1] == (23, Heard.RESUMED)


def test_the_wait_may_change_while_it_lasts() -> None:
    cut = Segmenter(LIMITS, floor=0, wait=WAIT)
    *_, last = (cut.hear(frame) for frame in frames([S] * 10 + [Q] * 8))
    assert last is None
    cut.wait = 6 * FRAME
    assert cut.hear(frames([Q], first=18)[0]) is Heard.ENDED


def test_nothing_said_in_time_is_nothing() -> None:
    marks, _ = heard([Q] * 100, replace(LIMITS, patience=40 * FRAME))
    assert marks == [(39, Heard.NOTHING)]


def test_the_ringing_end_of_a_wake_word_is_no_beginning_but_running_on_is() -> None:
    limits = replace(LIMITS, tail=5 * FRAME)
    assert heard([S] * 6 + [Q] * 30, limits)[0] == []
    marks, cut = heard([S] * 20, limits)
    assert marks == [(7, Heard.BEGAN)]
    assert cut.began_at == 0


def test_after_the_ringing_a_word_is_a_beginning_as_usual() -> None:
    marks, _ = heard([S] * 2 + [Q] * 3 + [S] * 5, replace(LIMITS, tail=5 * FRAME))
    assert marks == [(7, Heard.BEGAN)]


def test_a_held_key_outlasts_every_silence() -> None:
    marks, cut = heard([Q] * 30 + [S] * 5 + [Q] * 200 + [S] * 5, held=True)
    assert Heard.ENDED not in [mark for _, mark in marks]
    assert cut.voiced


def test_a_turn_without_end_is_cut() -> None:
    marks, _ = heard([S] * 600)
    assert marks[-1] == (499, Heard.TOO_LONG)


def test_a_key_that_is_held_for_ever_is_let_go() -> None:
    marks, _ = heard([Q] * 600, held=True)
    assert marks == [(499, Heard.NOTHING)]


def test_a_decision_can_be_taken_back_by_more_speech_only() -> None:
    _, cut = heard([S] * 10 + [Q] * 12)
    assert cut.over
    cut.reopen()
    later = [cut.hear(frame) for frame in frames([Q] * 50 + [S] * 3, first=22)]
    assert [mark for mark in later if mark] == [Heard.RESUMED]
    assert len(cut.audio()) == 75 * FRAME


@given(st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.6, 0.9]), max_size=300))
@settings(max_examples=60, deadline=None)
def test_marks_always_come_in_an_order_that_makes_sense(scores: list[float]) -> None:
    marks = [mark for _, mark in heard(scores)[0]]
    allowed = {
        None: {Heard.BEGAN},
        Heard.BEGAN: {Heard.PAUSED, Heard.TOO_LONG},
        Heard.PAUSED: {Heard.RESUMED, Heard.ENDED, Heard.TOO_LONG},
        Heard.RESUMED: {Heard.PAUSED, Heard.TOO_LONG},
        Heard.ENDED: set(),
        Heard.TOO_LONG: set(),
    }
    for before, mark in zip([None, *marks], marks, strict=False):
        assert mark in allowed[before]


def test_the_loudness_is_that_of_what_was_said_without_the_silence_around_it() -> None:
    cut = Segmenter(LIMITS, floor=0, wait=WAIT)
    for frame in [*frames([Q] * 10, dbfs=-70), *frames([S] * 10, 10, -22.0), *frames([Q] * 5, 20, -70.0)]:
        cut.hear(frame)
    assert cut.loudness == pytest.approx(-22.0, abs=0.1)
    assert Segmenter(LIMITS, floor=0, wait=WAIT).loudness is None


def test_what_is_skipped_is_no_going_on() -> None:
    _, cut = heard([S] * 10 + [Q] * 15)
    cut.reopen()
    cut.skip_to(35 * FRAME)
    assert [cut.hear(frame) for frame in frames([S] * 10, 25)] == [None] * 10
    assert Heard.RESUMED in [cut.hear(frame) for frame in frames([S] * 5, 36)]
