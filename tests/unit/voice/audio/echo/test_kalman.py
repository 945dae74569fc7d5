import numpy as np

from app.voice.audio.echo.kalman import KalmanEcho
from app.voice.audio.echopath import EchoPath, EchoShape
from app.voice.audio.frames import RATE
from app.voice.audio.level import dbfs
from tests.contracts.test_echo_engines import babble, cleaned


def test_a_way_that_changes_is_learnt_anew_within_three_seconds() -> None:
    played = babble(12, 1)
    before, after = (EchoPath(EchoShape(delay, -10)).process(played) for delay in (60, 70))
    heard = np.concatenate((before[: 6 * RATE], after[6 * RATE :]))
    made = cleaned(KalmanEcho(), heard, played)
    rest = slice(9 * RATE, 11 * RATE)
    assert dbfs(heard[rest]) - dbfs(made[rest]) > 12


def test_a_room_that_rings_longer_than_the_filter_is_cancelled_as_far_as_it_goes() -> None:
    played = babble(8, 1)
    echo = EchoPath(EchoShape(40, -10, room_ms=600)).process(played)
    made = cleaned(KalmanEcho(), echo, played)
    assert dbfs(echo[5 * RATE : 7 * RATE]) - dbfs(made[5 * RATE : 7 * RATE]) > 10


def test_a_person_alone_is_not_eaten_after_an_answer() -> None:
    engine, played, person = KalmanEcho(), babble(4, 1), babble(2, 7)
    cleaned(engine, EchoPath(EchoShape(40, -10)).process(played), played)
    cleaned(engine, np.zeros(RATE, np.float32), np.zeros(RATE, np.float32))
    made = cleaned(engine, person, np.zeros_like(person))
    assert np.allclose(made, person[: len(made)], atol=1e-4)
