"""`solo cache` on the files alone, whether Solo runs or not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.main import main
from app.llm.cache import figures
from app.llm.cache.disk import Disk
from app.llm.cache.entry import Entry
from app.llm.cache.figures import Figures


def put(folder: Path, owner: str, number: int) -> None:
    one = Entry(key=f"{number:064x}", made_at=1, took_ms=1, pieces=("a",), text="a", finish="stop", model="m")
    assert Disk(folder, 1 << 20, 3600).write(owner, one, one.model_dump_json().encode(), "m", 1)


def test_answers_are_shown_and_taken_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def solo(*words: str) -> str:
        assert main(["cache", *words]) == 0
        return capsys.readouterr().out

    assert "0 answers" in solo("show")
    folder = tmp_path / "cache" / "llm_responses"
    for number, owner in enumerate(("anna", "anna", "bert")):
        put(folder, owner, number)
    figures.add(folder, Figures(hits=4, misses=3, stored=3, saved_ms=9000), "m")
    shown = solo("show")
    assert "3 answers" in shown
    assert "4 given again, 3 not there, 3 put in; 9.0 s" in shown
    told = json.loads(solo("show", "--json"))
    assert (told["entries"], told["hits"], told["enabled"]) == (3, 4, True)
    assert json.loads(solo("show", "--owner", "anna", "--json"))["entries"] == 2
    assert "Taken away: 2." in solo("clear", "--owner", "anna")
    assert json.loads(solo("clear", "--json")) == {"cleared": 1}
    assert json.loads(solo("show", "--json"))["hits"] == 0
