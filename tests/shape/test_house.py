"""What holds for every file of the project."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

LONGEST = 400
HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "npm" + "js.")
"""Registries: each machine uses the one it is set up for."""
PLACES = re.compile(r"/work/(main|shared|scratch)|/root/|/home/[a-z]+/")
TEXT = (
    ".py",
    ".md",
    ".sh",
    ".ps1",
    ".toml",
    ".txt",
    ".yml",
    ".yaml",
    ".example",
    ".ini",
    ".mako",
    ".tsv",
    ".json",
)


def project_files() -> list[Path]:
    """What git knows of, and what it would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.splitlines()
    if listed.returncode or not names:  # an unpacked archive
        names = [
            str(path.relative_to(ROOT))
            for top in ("app", "scripts", "tests")
            for path in (ROOT / top).rglob("*")
        ]
    return [ROOT / name for name in sorted(set(names)) if (ROOT / name).is_file()]


FILES = project_files()
PYTHON = [path for path in FILES if path.suffix == ".py"]
APP = [path for path in PYTHON if path.is_relative_to(ROOT / "app")]


def _id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_there_are_files_to_look_at() -> None:
    assert len(APP) > 40


def test_no_file_is_longer_than_400_lines() -> None:
    long = {_id(path): count for path in PYTHON if (count := len(_text(path).splitlines())) > LONGEST}
    assert not long


def test_most_files_of_the_app_stay_under_150_lines() -> None:
    lengths = sorted(len(_text(path).splitlines()) for path in APP)
    assert lengths[len(lengths) * 3 // 4] <= 150


def test_files_that_make_packages_are_empty_or_hand_names_on() -> None:
    for path in APP:
        if path.name == "__init__.py":
            body = ast.parse(_text(path)).body
            allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
            assert all(isinstance(node, allowed) for node in body), _id(path)


def test_every_module_says_what_it_is_for() -> None:
    silent = [_id(p) for p in APP if _text(p).strip() and not ast.get_docstring(ast.parse(_text(p)))]
    assert not silent


def test_no_registry_and_no_place_of_one_machine_is_named() -> None:
    for path in FILES:
        if path.suffix in TEXT or path.name in ("run", ".gitignore"):
            text = _text(path)
            named = [host for host in HOSTS if host in text]
            if path != Path(__file__):
                named += [match.group() for match in PLACES.finditer(text)]
            assert not named, f"{_id(path)} names {named[0]}"


def test_nothing_is_left_half_done() -> None:
    marks = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "raise NotImplemented"]))
    found = [f"{_id(path)}: {match.group()}" for path in APP for match in marks.finditer(_text(path))]
    assert not found


def _broad(handler: ast.ExceptHandler) -> bool:
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        name is None or (isinstance(name, ast.Name) and name.id in ("Exception", "BaseException"))
        for name in names
    )


def test_broad_handlers_pass_the_error_on_or_say_why_they_may_not() -> None:
    for path in APP:
        lines = _text(path).splitlines()
        for node in ast.walk(ast.parse(_text(path))):
            if isinstance(node, ast.ExceptHandler) and _broad(node):
                passed_on = isinstance(node.body[-1], ast.Raise)
                reason = re.search(r"#\W*(noqa: BLE001\W+)?\w{2}", lines[node.lineno - 1])
                assert passed_on or reason, f"{_id(path)}:{node.lineno} gives no reason"


def test_every_part_of_voice_has_its_port_beside_it() -> None:
    for stage in ("audio", "wake", "stt", "tts"):
        assert (ROOT / "app" / "voice" / stage / "port.py").is_file(), stage


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".sh" or _id(p) == ".ci/run"], ids=_id)
def test_shell_scripts_stop_at_the_first_failure(path: Path) -> None:
    if path.name == "find_python.sh":
        return  # sourced
    text = _text(path)
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0
    assert path.stat().st_mode & 0o111, "not executable"


SETS = re.compile(r"\bos\.(environ\s*(\[[^]]*\]\s*=[^=]|\.(setdefault|update|pop|clear)\b)|putenv|unsetenv)")


@pytest.mark.parametrize("path", APP, ids=_id)
def test_only_the_first_step_of_the_program_sets_variables_of_the_environment(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() != "app/kernel/environ.py":
        assert not SETS.search(path.read_text(encoding="utf-8"))
