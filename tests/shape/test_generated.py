"""What is made from the code is what the code says now."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize("name", [".env.example", "docs/reference.md", "docs/licences.md"])
def test_it_is_fresh(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.docs", "--check", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
