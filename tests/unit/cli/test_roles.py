"""`solo llm roles`, and what `solo doctor` says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli.checks import language_model
from app.cli.main import main
from app.cli.roles import lines, planned
from app.config.load import load_settings
from app.config.settings import Settings


def settings(tmp_path: Path, **given: object) -> Settings:
    changes = {key.replace("__", "."): value for key, value in given.items()}
    keys = {"OPENAI_API_KEY": "sk-0123456789abcdef"}
    return load_settings({"data_dir": str(tmp_path), **changes}, environment=keys, folder=tmp_path)


def test_each_role_has_a_line_and_no_line_a_key(tmp_path: Path) -> None:
    found = settings(tmp_path, llm__preset="cloud", llm__embedding__model="openai:text-embedding-3-small")
    told = lines(planned(found), found)
    assert told == [
        "generation   openai:gpt-6.1-sol → auto:auto",
        "analysis     openai:gpt-6-luna → auto:auto",
        "maintenance  openai:gpt-6-luna → auto:auto",
        "embedding    openai:text-embedding-3-small",
    ]


def test_the_doctor_says_who_answers_and_what_is_odd_about_it(tmp_path: Path) -> None:
    found = list(language_model(settings(tmp_path, llm__preset="cloud", offline="true")))
    assert [finding.state for finding in found] == ["ok"] * 4 + ["warn"]
    assert "offline" in found[-1].words
    (failed,) = language_model(settings(tmp_path, llm__preset="cloud", llm__cloud="opnai"))
    assert (failed.state, failed.mend) == ("fail", "Did you mean openai?")


def test_the_command_asks_nobody_and_loads_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--set", "llm.preset=local", "llm", "roles"]) == 0
    assert "generation   auto:auto" in capsys.readouterr().out
