"""The whole loop on real models: a WAV with the wake word → transcript → answer → WAV whose speech,
transcribed again, is the answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.config.voice import SttSettings, TtsSettings
from app.media.wavwriter import write_wav
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.wavfile import read_wav
from app.voice.stt.faster_whisper import FasterWhisper
from app.voice.tts.piper import PiperTts
from app.voice.tts.port import joined
from tests.conftest import MODELS, ROOT
from tests.real.speech_helpers import word_errors

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models")]

SENSIBLE = "qwen2.5-coder-0.5b-instruct"
SMALL = "smollm2-135m-instruct"


@pytest.fixture(scope="module")
def voice() -> PiperTts:
    engine = PiperTts(TtsSettings(), MODELS)
    engine.load()
    return engine


@pytest.fixture(scope="module")
def ears() -> FasterWhisper:
    engine = FasterWhisper(SttSettings(threads=2), MODELS)
    engine.load()
    return engine


def spoken(voice: PiperTts, text: str) -> Samples:
    import soxr

    sound = joined(voice.synthesize(text, 1.0))
    heard: Samples = soxr.resample(sound, voice.capabilities.rate, RATE).astype(np.float32)
    return heard


def recording(folder: Path, *parts: Samples | float) -> Path:
    """A WAV of sounds and seconds of faint noise between them (no room is digitally silent)."""
    noise = np.random.default_rng(7)
    line = [
        part
        if isinstance(part, np.ndarray)
        else (noise.standard_normal(int(part * RATE)) * 3e-4).astype(np.float32)
        for part in parts
    ]
    path = folder / "heard.wav"
    write_wav(path, np.concatenate(line), RATE)
    return path


def solo(
    folder: Path, *arguments: str, model: str = SENSIBLE, program: str = "app", **settings: str
) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("SOLO_")}
    env |= {
        "SOLO_DATA_DIR": str(folder / "data"),
        "SOLO_LOGS_DIR": str(folder / "logs"),
        "SOLO_MODELS_DIR": str(MODELS),
        "SOLO_LLM__GENERATION__MODEL": model,
        "SOLO_LLM__GENERATION__TEMPERATURE": "0",
        "SOLO_LLM__GENERATION__MAX_TOKENS": "60",
        **settings,
    }
    command = [sys.executable, "-m", program, *arguments]
    return subprocess.run(
        command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )


def talk(folder: Path, heard: Path, *more: str, **settings: str) -> tuple[dict[str, Any], Samples]:
    out, trace = folder / "said.wav", folder / "trace.json"
    arguments = ("talk", "--in", str(heard), "--out", str(out), "--json", str(trace), *more)
    done = solo(folder, *arguments, **settings)
    assert done.returncode == 0, done.stderr
    return json.loads(trace.read_text()), read_wav(out)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the list of variables as Linux keeps it")
def test_no_library_sets_a_variable_of_the_environment_while_there_are_threads(
    tmp_path: Path, voice: PiperTts
) -> None:
    """Another thread that reads one at that moment ends the process."""
    heard = recording(tmp_path, 1.0, spoken(voice, "Hey Jarvis, what is the capital of France?"), 0.5)
    arguments = ("talk", "--in", str(heard), "--out", str(tmp_path / "said.wav"))
    done = solo(tmp_path, *arguments, program="tests.environ_child")
    assert "Paris" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1].strip() == "CHANGED"


def test_a_question_after_the_wake_word_is_answered_aloud(
    tmp_path: Path, voice: PiperTts, ears: FasterWhisper
) -> None:
    heard = recording(tmp_path, 1.0, spoken(voice, "Hey Jarvis, what is the capital of France?"), 0.5)
    trace, said = talk(tmp_path, heard)
    assert [word.replace("_", " ") for word in trace["wakes"]] == ["hey jarvis"]
    (turn,) = trace["turns"]
    assert word_errors("what is the capital of France", turn["heard"]) <= 1
    assert "Paris" in turn["said"]
    again = ears.transcribe(said, "en", ()).text
    # tiny.en hears "Francis" for "France is" now and then
    assert word_errors(turn["said"], again) <= max(2, len(turn["said"].split()) // 4)
    assert turn["spoken"] == turn["said"].strip()
    spans = sum(span["end_ms"] - span["start_ms"] for span in turn["spans"])
    assert spans == pytest.approx(turn["spans"][-1]["end_ms"], abs=10)
    assert trace["latency_valid"] is False


def test_who_calls_hears_that_they_were_heard(tmp_path: Path, voice: PiperTts) -> None:
    heard = recording(tmp_path, 1.0, spoken(voice, "Hey Jarvis!"), 1.0)
    trace, said = talk(tmp_path, heard, "--realtime")
    assert len(trace["wakes"]) == 1
    loud = np.flatnonzero(np.abs(said) > 10 ** (-45 / 20))
    assert 0.02 < (loud[-1] - loud[0]) / RATE < 0.25
    assert np.abs(said).max() < 0.05


def test_both_files_have_one_time_base(tmp_path: Path, voice: PiperTts) -> None:
    heard = recording(tmp_path, 1.0, spoken(voice, "Hey Jarvis, what is the capital of France?"), 0.5)
    # without the sound that says "called", which is heard before the question is over
    trace, said = talk(tmp_path, heard, "--realtime", SOLO_VOICE__CHIMES__ENABLED="false")
    assert trace["latency_valid"] is True
    (turn,) = trace["turns"]
    first = float(np.flatnonzero(np.abs(said) > 10 ** (-45 / 20))[0]) * 1000 / RATE
    assert first > turn["voiced_until_ms"]
    assert first == pytest.approx(turn["audible_ms"], abs=100)


def test_without_the_wake_word_nothing_is_said(tmp_path: Path, voice: PiperTts) -> None:
    heard = recording(tmp_path, 1.0, spoken(voice, "What is the capital of France?"), 1.0)
    trace, said = talk(tmp_path, heard)
    assert trace["wakes"] == trace["turns"] == []
    assert not np.any(said)


def test_silence_and_noise_make_no_turn(tmp_path: Path) -> None:
    loud = (np.random.default_rng(1).standard_normal(5 * RATE) * 0.05).astype(np.float32)
    heard = recording(tmp_path, 2.0, loud, 2.0)
    trace, said = talk(tmp_path, heard, SOLO_VOICE__WAKE__ENGINE="none")
    assert [turn for turn in trace["turns"] if turn["said"]] == []
    assert not np.any(said)


def test_a_talk_has_a_history_across_turns_and_runs(tmp_path: Path, voice: PiperTts) -> None:
    told = recording(tmp_path, 1.0, spoken(voice, "Hello. My name is Thomas."), 0.5)
    talk(tmp_path, told, SOLO_VOICE__WAKE__ENGINE="none")
    asked = recording(tmp_path, 1.0, spoken(voice, "What is my name?"), 0.5)
    trace, _ = talk(tmp_path, asked, SOLO_VOICE__WAKE__ENGINE="none")
    assert "Thomas" in trace["turns"][-1]["said"], trace["turns"]


def test_another_model_gives_another_answer(tmp_path: Path) -> None:
    answers = [solo(tmp_path / name, "ask", "Who are you?", model=name).stdout for name in (SENSIBLE, SMALL)]
    assert all(answer.strip() for answer in answers)
    assert answers[0] != answers[1]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.wav", b""),
        ("text.wav", b"this is no sound at all, it only says so\n" * 20),
        ("cut.wav", b"RIFF\x24\x00\x00\x00WAVEfmt "),
    ],
)
def test_a_file_that_is_no_recording_is_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    done = solo(tmp_path, "talk", "--in", str(tmp_path / name), "--out", str(tmp_path / "out.wav"))
    assert done.returncode == 2
    assert name in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_model_cut_in_half_is_one_sentence(tmp_path: Path) -> None:
    whole = (MODELS / "llm" / "smollm2-135m-instruct-q4_1.gguf").read_bytes()
    half = tmp_path / "half.gguf"
    half.write_bytes(whole[: len(whole) // 2])
    done = solo(tmp_path, "ask", "Hello?", model=str(half))
    assert done.returncode == 1
    assert "half.gguf" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
