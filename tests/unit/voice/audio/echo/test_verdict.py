from dataclasses import replace

import numpy as np
import pytest

from app.voice.audio.echo.verdict import SOUND_DBFS, SOUND_SECONDS, Check, sound, verdicts
from app.voice.audio.level import dbfs

GOOD = Check(
    microphone="mic",
    speaker="box",
    speaker_rate=48_000,
    played_dbfs=-30.0,
    room_dbfs=-70.0,
    echo_dbfs=-42.0,
    left_dbfs=-62.0,
    delay_ms=60.0,
    clipped=0.0,
    speed=1.0,
    drift=0.0,
    jumps=0,
)


def told(found: Check) -> dict[str, tuple[str, str, str]]:
    return {one.what: (one.state, one.words, one.mend) for one in verdicts(found)}


def test_a_good_pair_needs_no_mending() -> None:
    assert {state for state, _, _ in told(GOOD).values()} == {"ok"}
    assert "12 dB quieter, 60 ms later" in told(GOOD)["echo"][1]
    assert "20 dB of it are taken out" in told(GOOD)["cancelling"][1]


@pytest.mark.parametrize(
    ("change", "what", "state", "words", "mend"),
    [
        ({"room_dbfs": -120.0, "echo_dbfs": -120.0}, "level", "fail", "nothing but zeros", "muted"),
        ({"clipped": 0.02}, "level", "warn", "2.00 % of the samples", "gain down"),
        ({"room_dbfs": -35.0, "echo_dbfs": -20.0}, "level", "warn", "room is at -35", "loud room"),
        ({"speed": 0.5}, "rate", "fail", "50 % of the sound", "same rate"),
        ({"jumps": 3}, "clocks", "warn", "stuttered 3 times", "LATENCY_MS"),
        ({"drift": 900.0}, "clocks", "warn", "900 parts in a million", "one device"),
        ({"delay_ms": 420.0}, "echo", "warn", "420 ms later", "cable"),
        ({"left_dbfs": -50.0}, "cancelling", "warn", "8 dB", "loudspeaker down"),
        ({"left_dbfs": -43.0}, "cancelling", "fail", "1 dB", "INTERRUPT=wake"),
        ({"echo_dbfs": -68.0}, "echo", "ok", "does not hear the loudspeaker", "headphones"),
        ({"delay_ms": None}, "echo", "warn", "but not the sound", "muffled"),
        ({"echo_dbfs": -60.0, "left_dbfs": -68.0}, "cancelling", "ok", "vanishes in the noise", ""),
    ],
)
def test_each_trouble_has_a_sentence_and_a_way_out(
    change: dict[str, float], what: str, state: str, words: str, mend: str
) -> None:
    found = told(replace(GOOD, **change))  # type: ignore[arg-type]
    assert found[what][0] == state
    assert words in found[what][1]
    assert mend in found[what][2]


def test_a_mute_microphone_is_the_only_thing_told_of_it() -> None:
    assert list(told(replace(GOOD, room_dbfs=-120.0, echo_dbfs=-120.0))) == ["level"]


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_the_sound_is_soft_and_begins_and_ends_gently(rate: int) -> None:
    made = sound(rate)
    assert len(made) == round(SOUND_SECONDS * rate)
    assert dbfs(made) == pytest.approx(SOUND_DBFS, abs=0.5)
    assert np.abs(made).max() < 0.25
    assert abs(made[0]) < 1e-3
    assert abs(made[-1]) < 1e-3
