import numpy as np
import pytest

from app.voice.audio.echo.delay import FIRST_MOST, MARGIN, STEP, DelayEstimator, offset_for
from app.voice.audio.echopath import EchoPath, EchoShape
from app.voice.audio.frames import FRAME, RATE, Samples, samples_of
from tests.contracts.test_echo_engines import babble


def estimate(heard: Samples, played: Samples) -> tuple[DelayEstimator, list[float]]:
    """The estimator, and when it said something new, in seconds."""
    delays, when = DelayEstimator(), list[float]()
    for at in range(0, len(heard) - FRAME + 1, FRAME):
        if delays.hear(heard[at : at + FRAME], played[at : at + FRAME]):
            when.append((at + FRAME) / RATE)
    return delays, when


@pytest.mark.parametrize("delay", [0, 20, 80, 200, 450])
@pytest.mark.parametrize("room", [0, 200])
def test_a_delay_is_known_after_two_seconds_and_to_the_millisecond(delay: int, room: int) -> None:
    played = babble(4, 1)
    echo = EchoPath(EchoShape(delay, -20, room)).process(played) + babble(4, 9) * np.float32(0.003)
    delays, when = estimate(echo.astype(np.float32), played)
    assert delays.found is not None
    assert abs(delays.found.samples - samples_of(delay)) <= RATE // 1000
    assert when[0] <= 2.1


def test_a_person_as_loud_as_the_echo_does_not_hide_it() -> None:
    played = babble(4, 1)
    echo = EchoPath(EchoShape(100, -10)).process(played)
    delays, _ = estimate(np.add(echo, babble(4, 6) * np.float32(0.3), dtype=np.float32), played)
    assert delays.found is not None
    assert delays.found.samples == samples_of(100)


def test_with_headphones_no_delay_is_made_up() -> None:
    for seed in range(5):
        delays, _ = estimate(babble(10, 20 + seed), babble(10, 40 + seed))
        assert delays.found is None


def test_a_device_that_is_too_early_by_its_own_words_has_a_negative_delay() -> None:
    played = babble(4, 1)
    delays, _ = estimate(np.concatenate((played[480:], np.zeros(480, np.float32))), played)
    assert delays.found is not None
    assert delays.found.samples == -480


def test_silence_teaches_nothing() -> None:
    delays, when = estimate(babble(4, 1), np.zeros(4 * RATE, np.float32))
    assert delays.found is None
    assert not when


def test_a_delay_that_changes_is_found_again() -> None:
    played = babble(12, 1)
    near, far = (EchoPath(EchoShape(delay, -10)).process(played) for delay in (50, 300))
    half = len(played) // 2
    delays, when = estimate(np.concatenate((near[:half], far[half:])), played)
    assert delays.found is not None
    assert delays.found.samples == samples_of(300)
    assert len(when) == 2


def test_a_filter_that_reaches_the_echo_is_left_where_it_is() -> None:
    assert offset_for(0, 0) == 0
    assert offset_for(FIRST_MOST, 0) == 0


def test_a_filter_that_does_not_is_moved_by_whole_frames_to_just_before_the_echo() -> None:
    for delay in (-300, FIRST_MOST + 1, samples_of(200), samples_of(600)):
        offset = offset_for(delay, 0)
        assert offset % STEP == 0
        assert MARGIN <= delay - offset < MARGIN + STEP
        assert offset_for(delay, offset) == offset
