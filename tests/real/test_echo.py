"""Echo for real: Solo's own voice in the microphone, and a sound server that feeds it back."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.voice.audio.echopath import EchoShape
from tests.bench.bench_echo import ANSWERS, answers, measure
from tests.conftest import ROOT
from tests.real.sound_server import SoundServer

pytestmark = [pytest.mark.real_time]

LOOPBACK = "module-loopback source=solo_speaker.monitor sink=solo_mic_feed latency_msec=60 adjust_time=0"


@pytest.mark.needs("speech", "recordings")
@pytest.mark.parametrize(
    "shape",
    [EchoShape(20, -6), EchoShape(80, -12, room_ms=200), EchoShape(200, -20)],
    ids=lambda shape: f"{shape.gain_db:.0f} dB after {shape.delay_ms:.0f} ms",
)
def test_solo_does_not_interrupt_itself_and_hears_whoever_does(shape: EchoShape) -> None:
    """A small edition of tests/bench/bench_echo.py; without cancelling nobody is noticed there."""
    (found,) = measure(["kalman"], [shape], count=8, below=-10.0)
    assert found.own == 0
    assert found.caught >= found.people - 1, found.missed
    assert found.delay_ms == pytest.approx(shape.delay_ms, abs=2)


@pytest.mark.needs("speech")
def test_solos_voice_is_loud_enough_to_be_an_echo() -> None:
    assert all(abs(sound).max() > 0.1 for sound in answers(ANSWERS[:2]))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    server = SoundServer(tmp_path_factory.mktemp("echo"))
    server.start()
    yield server
    server.stop()


def doctor(folder: Path, env: dict[str, str]) -> tuple[int, dict[str, Any]]:
    own = {"SOLO_DATA_DIR": str(folder), "SOLO_LOGS_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "app", "doctor", "--audio", "--json"],
        cwd=ROOT,
        env=os.environ | env | own,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.needs("pulseaudio")
def test_the_doctor_hears_the_loudspeaker_and_takes_it_out(server: SoundServer, tmp_path: Path) -> None:
    loaded = server.pactl("load-module", *LOOPBACK.split())
    code, told = doctor(tmp_path, server.env)
    for _ in range(3):  # on a busy machine the sound server tears gaps
        if told["figures"]["attenuation_db"] > 10:
            break
        code, told = doctor(tmp_path, server.env)
    figures = told["figures"]
    server.pactl("unload-module", loaded.stdout.decode().strip())
    assert figures["heard"], told
    assert 10 < figures["delay_ms"] < 300
    assert figures["path_db"] == pytest.approx(0, abs=3)
    assert figures["attenuation_db"] > 10
    assert code == 0


@pytest.mark.needs("pulseaudio")
def test_the_doctor_says_that_a_microphone_is_mute(server: SoundServer, tmp_path: Path) -> None:
    code, told = doctor(tmp_path, server.env)
    assert code == 1
    assert "nothing but zeros" in json.dumps(told["findings"])


@pytest.mark.needs("pulseaudio")
def test_the_doctor_says_that_there_is_no_such_device(server: SoundServer, tmp_path: Path) -> None:
    code, told = doctor(tmp_path, server.env | {"SOLO_VOICE__AUDIO__MICROPHONE": "nowhere"})
    assert code == 1
    assert told["figures"] is None
    assert "There is no microphone called 'nowhere'" in told["findings"][0]["words"]
