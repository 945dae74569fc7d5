"""The root of the command line and the seam where every error ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli import main as root
from app.cli.output import settings_of
from app.kernel.errors import BadInput, Unavailable


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Puts a function behind `solo probe` and runs a command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(function: Any, *words: str) -> int:
        monkeypatch.setitem(root.COMMANDS, "probe", ("tests.unit.cli.test_main:probe", "Only for this test."))
        monkeypatch.setattr("tests.unit.cli.test_main.probe", function)
        return root.main([*words, "probe"])

    return run


def probe() -> None:
    """Replaced by each test."""


def test_a_command_that_ends_well_gives_0(command: Any) -> None:
    assert command(lambda: None) == 0


def test_a_wrong_use_is_one_line_with_the_way_out_and_gives_2(
    command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise BadInput("The file x.wav is empty.", hint="Record something first.")

    assert command(fail) == 2
    assert capsys.readouterr().err == "solo: The file x.wav is empty. Record something first.\n"


def test_a_failure_that_is_nobodys_fault_gives_1(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise Unavailable("The server is down.")

    assert command(fail) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_an_error_in_a_group_of_tasks_is_told_like_any_other(
    command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise BaseExceptionGroup("tasks", [ExceptionGroup("inner", [BadInput("It is too long.")])])

    assert command(fail) == 2
    assert capsys.readouterr().err == "solo: It is too long.\n"


def test_ctrl_c_gives_130(command: Any) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    assert command(stop) == 130


def test_ctrl_c_in_a_group_of_tasks_gives_130(command: Any) -> None:
    def stop() -> None:
        raise BaseExceptionGroup("tasks", [KeyboardInterrupt()])

    assert command(stop) == 130


def test_a_mistake_of_solo_is_one_line_and_a_file(
    command: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise RuntimeError("no such thing")

    assert command(fail) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "no such thing" in said
    written = list((tmp_path / "logs").glob("crash-*.txt"))
    assert len(written) == 1
    assert "Traceback" in written[0].read_text("utf-8")
    assert written[0].name in said


def test_debug_shows_the_traceback(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise BadInput("It is too long.")

    assert command(fail, "--debug") == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_mistyped_command_is_named_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.main(["tlak"]) == 2
    assert "Did you mean 'talk'?" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("solo 0.")


def test_help_lists_every_command_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for name, (_, help_line) in root.COMMANDS.items():
        assert f"  {name} " in shown
        assert help_line in shown


def test_flags_before_the_command_become_settings(command: Any) -> None:
    seen: list[Any] = []

    def look(context: typer.Context) -> None:
        seen.append(settings_of(context, {"voice.enabled": False}))

    words = [
        "--set",
        "api.port=1234",
        "--set",
        "voice.wake__engine=none",
        "--data-dir",
        "d",
        "--models-dir",
        "m",
    ]
    assert command(look, *words) == 0
    settings = seen[0]
    assert settings.api.port == 1234
    assert settings.voice.wake.engine == "none"
    assert (settings.data_dir, settings.models_dir) == (Path("d"), Path("m"))
    assert settings.voice.enabled is False


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "api.port"], "is not of the form name=value"),
        (["--set", "voice.wake.engne=none"], "Did you mean voice.wake.engine?"),
        (["--set", "api.port=many"], "api.port"),
    ],
)
def test_a_wrong_setting_is_named(
    command: Any, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def look(context: typer.Context) -> None:
        settings_of(context)

    assert command(look, *words) == 2
    assert said in capsys.readouterr().err
