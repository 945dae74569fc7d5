"""How the dashboard's process is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config.settings import Settings
from app.ui.dashboard import launch


def test_it_listens_on_this_machine_only_and_calls_nobody(tmp_path: Path) -> None:
    command = launch.command(Settings(data_dir=tmp_path))
    assert "--server.address=127.0.0.1" in command
    assert "--browser.gatherUsageStats=false" in command
    assert "--server.enableCORS=true" in command
    assert "--server.allowedHosts=127.0.0.1" in command
    assert command[-2:] == [str(tmp_path), "2.0"]


def test_no_setting_and_no_secret_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLO_VOICE__WAKE__ACCESS_KEY", "secret")
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
    environment = launch.environment()
    assert not [name for name in environment if name.startswith(("SOLO_", "STREAMLIT_"))]
    assert Path(environment["PYTHONPATH"].split(":")[0], "app", "ui").is_dir()
