import numpy as np
import pytest

from app.voice.audio.echo.hearing import HearingClock
from app.voice.audio.frames import FRAME, RATE


def heard(
    clock: HearingClock, frames: int, *, late: float = 0.0, rate: float = RATE, start: int = 0
) -> float:
    """So many frames, each up to `late` seconds late; the time of the last."""
    chance, now = np.random.default_rng(1), 0.0
    for number in range(1, frames + 1):
        now = number * FRAME / rate
        clock.heard(number * FRAME, now + chance.uniform(0, late))
    return now


def test_before_anything_was_heard_nobody_knows_where_the_microphone_is() -> None:
    assert HearingClock().at(3.0) is None


def test_late_blocks_do_not_move_the_microphone() -> None:
    clock = HearingClock()
    now = heard(clock, 200, late=0.03)
    assert clock.at(now) == pytest.approx(200 * FRAME, abs=RATE * 0.002)
    assert clock.at(now + 1) == pytest.approx(200 * FRAME + RATE, abs=RATE * 0.002)


def test_a_file_that_is_read_faster_than_time_is_where_it_was_read_to() -> None:
    clock = HearingClock(stepping=True)
    clock.heard(1024, 5.0)
    assert clock.at(99.0) == 1024
    assert clock.speed == 1.0


def test_a_machine_that_slept_is_awake_at_once() -> None:
    clock = HearingClock()
    now = heard(clock, 100) + 3600
    clock.heard(101 * FRAME, now)
    assert clock.at(now) == pytest.approx(101 * FRAME)


def test_a_microphone_that_gives_half_of_its_sound_is_seen() -> None:
    clock = HearingClock()
    heard(clock, 100, rate=RATE / 2)
    assert clock.speed == pytest.approx(0.5, abs=0.02)


def test_a_restart_forgets_the_old_relation() -> None:
    clock = HearingClock()
    heard(clock, 10)
    clock.restarted()
    assert not clock.known
    clock.heard(FRAME, 70.0)
    assert clock.at(70.0) == pytest.approx(FRAME)
