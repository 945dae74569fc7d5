"""The conversation tests that Solo brings, played on real models; and what happens when one is not as
expected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.real.test_talk import solo

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models")]

TESTS = sorted((ROOT / "docs" / "conversations").glob("*.yaml"))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All of them, in one process, not faster than their own wishes."""
    folder = tmp_path_factory.mktemp("eval")
    command = ("eval", str(TESTS[0].parent), "--json", str(folder / "report.json"))
    done = solo(folder, *command, SOLO_MEMORY__ENABLED="false")
    assert done.returncode in (0, 1), done.stderr
    found = json.loads((folder / "report.json").read_text())
    assert (done.returncode == 0) is found["passed"]
    return {Path(test["file"]).name: test for test in found["tests"]}


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_the_conversation_goes_as_expected(report: dict[str, Any], path: Path) -> None:
    test = report[path.name]
    wrong = [row for row in test["expectations"] if row["result"] == "FAILED"]
    assert test["passed"], (wrong, [run["talk"]["turns"] for run in test["runs"]])


def test_what_is_not_as_expected_is_shown_with_its_rate_and_fails(tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(
        "about: Nobody says anything, and an answer is wanted.\n"
        "play: [{noise: pink, dbfs: -60, seconds: 0.5}]\n"
        "expect: [{turns: 0}, {answer: Paris}]\n"
    )
    done = solo(tmp_path, "eval", str(tmp_path / "wrong.yaml"))
    assert done.returncode == 1, done.stderr
    shown = done.stdout.splitlines()
    assert any("ok" in line and "1/1" in line and "turns: 0" in line for line in shown)
    assert any("FAILED" in line and "0/1" in line and "there was none" in line for line in shown)
    assert not list((tmp_path / "data").glob("*.db*")), "the person's own history was touched"
