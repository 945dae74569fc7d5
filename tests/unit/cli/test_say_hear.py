"""`solo say` and `solo hear` on scripted engines: what they print, and what they say to wrong input."""

import io
import json
import logging
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest
import structlog

from app.cli.main import main
from app.media.wavwriter import write_wav
from app.voice.audio.wavfile import read_wav

Solo = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.real_time


@pytest.fixture(autouse=True)
def _log_as_before() -> Generator[None]:
    """The commands set up the log of the whole process."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    root.handlers.clear()
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def solo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Solo:
    """Type a command; exit code, standard output, standard error."""
    settings = {"logs_dir": tmp_path / "logs", "voice.stt.engine": "scripted", "voice.tts.engine": "scripted"}
    front = ["--data-dir", str(tmp_path / "data"), "--models-dir", str(tmp_path)]
    front += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]

    def run(*words: str) -> tuple[int, str, str]:
        code = main([*front, *words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_a_text_becomes_a_file_and_the_file_becomes_words(solo: Solo, tmp_path: Path) -> None:
    out = tmp_path / "hello.wav"
    code, printed, _ = solo("say", "Hello there.", "--out", str(out), "--json")
    assert code == 0
    said = json.loads(printed)
    assert said["file"] == str(out)
    assert read_wav(out).size / 16_000 == pytest.approx(said["seconds"], abs=0.01)
    assert solo("hear", str(out)) == (0, "Hello Solo.\n", "")
    code, printed, _ = solo("hear", str(out), "--json")
    assert (code, json.loads(printed)["text"]) == (0, "Hello Solo.")


def test_text_may_come_from_standard_input(
    solo: Solo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Grüß Gott.".encode())))
    code, printed, errors = solo("say", "-", "--out", str(tmp_path / "x.wav"))
    assert (code, errors) == (0, "")
    assert "s of speech" in printed


def test_silence_is_said_to_be_silence(solo: Solo, tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    write_wav(path, np.zeros(16_000, np.float32))
    assert solo("hear", str(path)) == (0, "", "Nothing was said (silence).\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("say", "", "--out", "x.wav"), "nothing to say"),
        (("say", "🎉", "--out", "{tmp}/x.wav"), "nothing to say"),
        (("say", "Hi", "--out", "{tmp}/nowhere/x.wav"), "no folder"),
        (("say", "Hi", "--out", "{tmp}"), "is a folder"),
        (("say", "\udcff", "--out", "x.wav"), "not in UTF-8"),
        (("say", "a " * 20_000, "--out", "{tmp}/x.wav"), "40,000 characters"),
        (("hear", "{tmp}/nothing.wav"), "nothing.wav"),
        (("hear", "{tmp}"), "folder"),
        (("hear", "{tmp}/text.wav"), "text.wav"),
        (("--set", "voice.stt.engine=wisper", "hear", "{tmp}/tone.wav"), "'wisper'"),
        (("--set", "voice.tts.engine=pipper", "say", "Hi", "--out", "{tmp}/x.wav"), "Did you mean piper?"),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_code_2(
    solo: Solo, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "text.wav").write_text("This is no sound.")
    write_wav(tmp_path / "tone.wav", np.full(16_000, 0.2, np.float32))
    code, printed, errors = solo(*(word.replace("{tmp}", str(tmp_path)) for word in words))
    assert (code, printed) == (2, "")
    assert errors.count("\n") == 1
    assert sentence in errors
    assert "Traceback" not in errors
