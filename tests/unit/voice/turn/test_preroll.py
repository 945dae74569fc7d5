import numpy as np

from app.voice.audio.frames import FRAME, Frame
from app.voice.turn.preroll import Preroll
from app.voice.turn.wakecut import after_wake


def frame(number: int, level: float = 0.0) -> Frame:
    return Frame(number * FRAME, np.full(FRAME, level, np.float32))


def test_the_last_moments_are_kept_and_no_more() -> None:
    kept = Preroll(10 * FRAME)
    for number in range(100):
        kept.add(frame(number))
    assert [f.index // FRAME for f in kept.since(0)] == list(range(90, 100))
    assert kept.end == 100 * FRAME


def test_since_gives_the_frame_that_holds_the_sample() -> None:
    kept = Preroll(10 * FRAME)
    for number in range(10):
        kept.add(frame(number))
    assert kept.since(8 * FRAME + 5)[0].index == 8 * FRAME
    assert kept.since(10 * FRAME) == []


def test_after_a_gap_it_begins_anew() -> None:
    kept = Preroll(10 * FRAME)
    kept.add(frame(1))
    kept.add(frame(5))
    assert [f.index // FRAME for f in kept.since(0)] == [5]


def test_the_cut_behind_the_wake_word_is_in_the_pause() -> None:
    frames = [frame(n, 0.3 if n < 4 or n > 5 else 0.001) for n in range(9)]
    assert 4 * FRAME <= after_wake(frames, 9 * FRAME) <= 6 * FRAME


def test_without_sound_to_look_at_the_engine_is_believed() -> None:
    assert after_wake([], 1234) == 1234
    assert after_wake([frame(0)], 500) == 500
