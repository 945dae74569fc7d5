"""`solo llm`: the plan of a try, its tables, and the commands on a scripted model."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli.asking import Told
from app.cli.main import main
from app.cli.trying.plan import Way, prompts, ways
from app.cli.trying.results import Run, plain, row, summary
from app.kernel.errors import BadInput

pytestmark = pytest.mark.real_time

TOLD = Told("Paris,\nof course.", "", "stop", "qwen", 210.0, 35.24, 12, 40, 0, "x", 0.002)


def test_every_model_meets_every_value() -> None:
    made = ways(["a", "b", "a"], ["temperature=0,0.7", "max_tokens=5"])
    assert [way.title for way in made] == [
        "a temperature=0 max_tokens=5",
        "a temperature=0.7 max_tokens=5",
        "b temperature=0 max_tokens=5",
        "b temperature=0.7 max_tokens=5",
    ]
    assert [way.title for way in ways([], [])] == ["(the role's)"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["temperature"], "not of the form"),
        (["temperature="], "not of the form"),
        (["temprature=1"], "no parameter temprature"),
        (["temperature=9"], "between 0 and 2"),
        (["seed=1", "seed=2"], "given twice"),
        ([f"seed={','.join(map(str, range(101)))}"], "101 ways"),
    ],
)
def test_what_cannot_be_tried_is_said(settings: list[str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        ways(["a"], settings)


def test_prompts_are_lines_or_a_list() -> None:
    assert prompts("one\n\n# no\n two \n") == ["one", "two"]
    assert prompts('["one\\ntwo", "three"]') == ["one\ntwo", "three"]
    assert prompts("[INST] hello") == ["[INST] hello"]
    for text in ("", "# nothing\n", "[]"):
        with pytest.raises(BadInput, match="no prompt"):
            prompts(text)
    with pytest.raises(BadInput, match="1001 prompts"):
        prompts("x\n" * 1001)


def test_tables_say_what_was_measured_and_what_failed() -> None:
    way = Way("a")
    good = Run(way, "p", TOLD, 744 << 20)
    read = Run(way, "q", replace(TOLD, cached_tokens=39, first_token_ms=20.0), 800 << 20)
    bad = Run(Way("b"), "p", error="The key is wrong.")
    assert row(good) == ("a", "210 ms", "35.2", "12", "744 MiB", "Paris, of course.")
    assert row(read)[1] == "20 ms *"
    assert row(bad) == ("b", "", "", "", "", "! The key is wrong.")
    assert summary([good, read, bad]) == [
        ("a", "2/2", "115 ms", "35.2", "24", "$0.004", "800 MiB"),
        ("b", "0/1", "", "", "", "", ""),
    ]
    assert plain(bad) == {"model": "b", "parameters": {}, "prompt": "p", "error": "The key is wrong."}
    assert plain(good)["answered_by"] == "x:qwen"


def scripted(folder: Path) -> list[str]:
    return ["--data-dir", str(folder / "data"), "--set", "llm.generation.engine=scripted"]


def test_a_model_is_tried_without_a_running_solo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.txt").write_text("one\ntwo\n")
    words = ["llm", "test", "--file", "p.txt", "--with", "max_tokens=2,9"]
    assert main([*scripted(tmp_path), *words, "--json"]) == 0
    runs: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    assert [(run["parameters"], run["prompt"], run["answer"]) for run in runs] == [
        ({"max_tokens": 2}, "one", "You said:"),
        ({"max_tokens": 2}, "two", "You said:"),
        ({"max_tokens": 9}, "one", "You said: one"),
        ({"max_tokens": 9}, "two", "You said: two"),
    ]
    assert all(run["memory"] > 1 << 20 for run in runs)
    assert main([*scripted(tmp_path), *words]) == 0
    shown = capsys.readouterr().out
    assert "You said: two" in shown
    assert "All prompts (medians)" in shown


def test_wrong_use_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for words, said in (
        (["--prompt", "x", "--file", "y"], "either --prompt or --file"),
        (["--file", "gone.txt"], "no file gone.txt"),
        (["--prompt", "x", "--with", "seed=x"], "whole number"),
    ):
        assert main([*scripted(tmp_path), "llm", "test", *words]) == 2
        assert said in capsys.readouterr().err


def test_answers_meet_a_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("any.json").write_text('{"type": "object"}', encoding="utf-8")
    Path("list.json").write_text("[]", encoding="utf-8")
    Path("never.json").write_text('{"type": "string", "const": 1}', encoding="utf-8")
    words = ["llm", "test", "--json", "--prompt"]
    # The scripted model repeats what it is told, and what follows is the schema, which is an object, too.
    assert main([*scripted(tmp_path), *words, 'Say {"a": 1}', "--schema", "any.json"]) == 0
    assert json.loads(json.loads(capsys.readouterr().out)[0]["answer"]) == {"a": 1}
    assert main([*scripted(tmp_path), *words, "x", "--schema", "never.json"]) == 1
    assert "No answer can meet" in json.loads(capsys.readouterr().out)[0]["error"]
    for name, said in (("list.json", "no JSON schema"), ("gone.json", "no file gone.json")):
        assert main([*scripted(tmp_path), *words, "x", "--schema", name]) == 2
        assert said in capsys.readouterr().err


def test_serving_on_a_port_in_use_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main([*scripted(tmp_path), "--set", f"api.port={port}", "llm", "serve"]) == 2
    assert f"Port {port}" in capsys.readouterr().err
