"""What the doctor looks at."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from app.cli import checks
from app.cli.main import main
from app.config.settings import Settings


def settings(tmp_path: Path, **parts: object) -> Settings:
    return Settings.model_validate(
        {"data_dir": tmp_path / "data", "models_dir": tmp_path / "models", **parts}
    )


def test_missing_models_come_with_the_command_that_pulls_them(tmp_path: Path) -> None:
    found = list(checks.models(settings(tmp_path)))
    assert found
    assert all(one.state == "fail" and one.mend.startswith("solo models pull ") for one in found)


def test_a_port_that_another_program_holds_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        found = list(checks.ports(settings(tmp_path, api={"port": port}, dashboard={"autostart": False})))
    assert [(one.state, one.mend) for one in found] == [("fail", "Set SOLO_API__PORT.")]


def test_any_free_port_is_fine(tmp_path: Path) -> None:
    found = list(checks.ports(settings(tmp_path, api={"port": 0}, dashboard={"autostart": False})))
    assert [one.state for one in found] == ["ok"]


def test_a_data_folder_that_cannot_be_made_is_a_failure_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands in the way", "utf-8")
    found = list(checks.folders(settings(tmp_path)))
    assert [one.state for one in found] == ["fail"]
    assert "SOLO_DATA_DIR" in found[0].mend


def test_a_data_folder_that_can_be_written_is_fine(tmp_path: Path) -> None:
    assert next(checks.folders(settings(tmp_path))).state == "ok"


def test_porcupine_without_a_key_is_a_failure(tmp_path: Path) -> None:
    found = list(checks.wake(settings(tmp_path, voice={"wake": {"engine": "porcupine"}})))
    assert [one.state for one in found] == ["fail"]
    assert "SOLO_VOICE__WAKE__ACCESS_KEY" in found[0].mend


def test_no_hotkey_is_nothing_to_mend(tmp_path: Path) -> None:
    found = list(checks.hotkey(settings(tmp_path, voice={"hotkey": {"key": ""}})))
    assert [one.state for one in found] == ["ok"]


def test_what_is_installed_is_compared_with_what_is_locked() -> None:
    text = 'pytest==0.0.1 \\\n    --hash=sha256:00\nnosuchthing==1.0\nother==1 ; sys_platform == "never"\n'
    wrong = list(checks.differing(text))
    assert wrong[0].startswith("pytest is ")
    assert wrong[1] == "nosuchthing is missing"
    assert len(wrong) == 2


def test_a_library_that_kills_its_process_is_told_from_one_that_does_not_load(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        checks, "LIBRARIES", {"os; os.kill(os.getpid(), 9)": "", "nosuchlibrary": "mend", "json": ""}
    )
    found = list(checks.libraries(settings(tmp_path)))
    assert [one.state for one in found] == ["fail", "fail", "ok"]
    assert "kills its process" in found[0].words
    assert found[1].words == "does not load"


def test_the_report_fails_when_something_has_to_be_mended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checks, "CHECKS", (checks.python, checks.models))
    assert main(["--models-dir", str(tmp_path), "doctor", "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert {row["state"] for row in rows} >= {"ok", "fail"}
    assert main(["--models-dir", str(tmp_path), "doctor"]) == 1
    assert "to mend before Solo can work" in capsys.readouterr().out
