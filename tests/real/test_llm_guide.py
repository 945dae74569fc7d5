"""The guide to language models is true: its commands work as they stand there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MODELS, ROOT

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models")]

GUIDE = ROOT / "docs" / "USING_LLM_FEATURES.md"
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
COMMANDS = [
    line for block in BLOCK.findall(GUIDE.read_text(encoding="utf-8")) for line in block.strip().splitlines()
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where the commands find models, and may write."""
    folder = tmp_path_factory.mktemp("guide")
    own = {f"SOLO_{name.upper()}_DIR": str(folder / name) for name in ("data", "cache", "logs")}
    model = {
        "SOLO_MODELS_DIR": str(MODELS),
        "SOLO_LLM__GENERATION__MODEL": "qwen2.5-coder-0.5b-instruct",
        "SOLO_LLM__GENERATION__MAX_TOKENS": "16",
    }
    return {**os.environ, **own, **model, "PYTHONPATH": str(ROOT)}


def test_the_guide_has_commands() -> None:
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_guide_works(command: str, home: dict[str, str], tmp_path: Path) -> None:
    program, *words = shlex.split(command)
    assert program == "solo"
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    done = subprocess.run(
        [sys.executable, "-m", "app", *words],
        cwd=tmp_path,
        env=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
