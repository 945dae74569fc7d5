"""PortAudio would end the process; Solo says what is wrong instead."""

from __future__ import annotations

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or ctypes.util.find_library("asound") is None,
    reason="ALSA is a part of Linux",
)


@pytest.mark.parametrize("written", [None, "", "pcm.!default { type pul"], ids=["none", "empty", "broken"])
def test_a_sound_system_without_configuration_is_a_sentence(written: str | None, tmp_path: Path) -> None:
    path = tmp_path / "asound.conf"
    if written is not None:
        path.write_text(written)
    told = subprocess.run(
        [sys.executable, "-m", "app", "--data-dir", str(tmp_path), "devices"],
        cwd=ROOT,
        env=os.environ | {"ALSA_CONFIG_PATH": str(path), "SOLO_LOGS_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert str(path) in told.stderr
    assert "Correct that variable" in told.stderr
