"""The set-up scripts: what they must manage before anything is installed."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.conftest import ROOT

BARE = ("bootstrap", "environment", "cuda")


def script(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "bootstrap.py"), *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


@pytest.mark.parametrize("name", BARE)
def test_they_are_written_for_python_3_8(name: str) -> None:
    ast.parse((ROOT / "scripts" / f"{name}.py").read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("name", BARE)
def test_they_import_the_standard_library_alone(name: str) -> None:
    tree = ast.parse((ROOT / "scripts" / f"{name}.py").read_text(encoding="utf-8"))
    allowed = set(sys.stdlib_module_names) | set(BARE)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= allowed
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] in allowed


def test_they_find_the_python_that_runs() -> None:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    done = script("which", here)
    assert done.returncode == 0
    asked = subprocess.run(
        [done.stdout.strip(), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.strip() == here


def test_a_python_that_is_not_there_is_not_found() -> None:
    assert script("which", "3.2").returncode == 1


def test_a_wrong_interpreter_is_refused_with_a_sentence() -> None:
    done = script("dev", "--python", "/nowhere/python")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1] == "/nowhere/python is not a Python 3.11 or 3.12."


@pytest.mark.parametrize("command", ["run", "dev", "clean"])
def test_each_explains_itself(command: str) -> None:
    done = script(command, "--help")
    assert done.returncode == 0
    assert "usage:" in done.stdout
