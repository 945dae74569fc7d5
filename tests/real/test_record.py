"""A talk is recorded, from a file and from a sound server, and played again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.config.voice import TtsSettings
from app.media.wavwriter import write_wav
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.wavfile import read_wav
from app.voice.evals.read import read_scenario
from app.voice.evals.speech import People
from tests.conftest import MODELS, ROOT
from tests.real.sound_server import Recording, SoundServer, correlation
from tests.real.speech_helpers import word_errors
from tests.real.test_talk import SENSIBLE, solo

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models")]


@pytest.fixture(scope="module")
def question() -> Samples:
    people = People(TtsSettings(), MODELS)
    said = people.speak("Hey Jarvis, what is the capital of France?", None, 1.0)
    people.close()
    faint = (np.random.default_rng(7).standard_normal(RATE) * 3e-4).astype(np.float32)
    return np.concatenate((faint, said, faint[: RATE // 2]))


def loud(samples: Samples) -> np.ndarray:
    return np.flatnonzero(np.abs(samples) > 10 ** (-45 / 20))


def test_a_recorded_talk_can_be_played_again(tmp_path: Path, question: Samples) -> None:
    write_wav(tmp_path / "in.wav", question)
    command = ("record", "--in", str(tmp_path / "in.wav"), "--out", str(tmp_path / "talk.yaml"))
    done = solo(tmp_path, *command, SOLO_VOICE__CHIMES__ENABLED="false")
    assert done.returncode == 0, done.stderr
    assert "stays on this machine" in " ".join(done.stdout.split())
    recorded = read_scenario(tmp_path / "talk.yaml").scenario.recorded
    assert recorded is not None
    (turn,) = recorded.turns
    assert "Paris" in (turn.answer or "")
    heard, said = (read_wav(tmp_path / f"talk.{side}.wav") for side in ("microphone", "loudspeaker"))
    assert len(heard) == len(said)
    assert correlation(heard, question)[0] > 0.99
    assert turn.audible is not None
    assert loud(said)[0] / RATE == pytest.approx(turn.audible, abs=0.1)
    again = solo(tmp_path, "eval", str(tmp_path / "talk.yaml"))
    assert again.returncode == 0, again.stdout + again.stderr


def test_redacted_there_is_no_sound_and_no_word(tmp_path: Path, question: Samples) -> None:
    write_wav(tmp_path / "in.wav", question)
    out = tmp_path / "out" / "talk.yaml"
    out.parent.mkdir()
    done = solo(tmp_path, "record", "--redact", "--in", str(tmp_path / "in.wav"), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert list(out.parent.iterdir()) == [out]
    text = out.read_text()
    assert not {"France", "Paris", "capital"} & set(text.replace(".", " ").replace("?", " ").split())
    again = solo(tmp_path, "eval", str(out))
    assert again.returncode == 0, again.stdout + again.stderr


def wait_until_spoken(loudspeaker: Recording) -> None:
    """Something was heard, and then nothing for half a second."""
    for _ in range(300):
        heard = loud(loudspeaker.so_far())
        if len(heard) and loudspeaker.size() - heard[-1] > RATE // 2:
            return
        time.sleep(0.05)
    raise AssertionError("nothing was spoken")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SoundServer]:
    folder = tmp_path / "sound"
    folder.mkdir()
    server = SoundServer(folder)
    server.start()
    yield server
    server.stop()


@pytest.mark.needs("pulseaudio")
def test_a_talk_with_devices_is_recorded_until_it_is_stopped(
    server: SoundServer, tmp_path: Path, question: Samples
) -> None:
    write_wav(tmp_path / "in.wav", question)
    env = {key: value for key, value in os.environ.items() if not key.startswith("SOLO_")} | server.env
    env |= {
        "SOLO_DATA_DIR": str(tmp_path / "data"),
        "SOLO_LOGS_DIR": str(tmp_path / "logs"),
        "SOLO_MODELS_DIR": str(MODELS),
        "SOLO_LLM__GENERATION__MODEL": SENSIBLE,
        "SOLO_LLM__GENERATION__TEMPERATURE": "0",
        "SOLO_VOICE__CHIMES__ENABLED": "false",
    }
    out = tmp_path / "talk.yaml"
    command = [sys.executable, "-m", "app", "record", "--out", str(out), "--seconds", "120"]
    loudspeaker = server.record(RATE)
    process = subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "I listen." in line:
                server.feed(tmp_path / "in.wav").wait()
            if line.startswith("Solo "):
                break
        wait_until_spoken(loudspeaker)
        process.send_signal(signal.SIGINT)
        _, wrong = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
        loudspeaker.stop()
    assert process.returncode == 0, wrong
    recorded = read_scenario(out).scenario.recorded
    assert recorded is not None
    (turn,) = [turn for turn in recorded.turns if turn.answer]
    assert word_errors("what is the capital of France", turn.heard or "") <= 1
    heard, said = (read_wav(tmp_path / f"talk.{side}.wav") for side in ("microphone", "loudspeaker"))
    assert len(heard) == len(said)
    assert correlation(heard, question)[0] > 0.8
    assert turn.audible is not None
    assert loud(said)[0] / RATE == pytest.approx(turn.audible, abs=0.25)
