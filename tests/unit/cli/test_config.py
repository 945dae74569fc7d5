"""`solo config show`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `solo … config show --json` in an empty folder; setting → its row."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> dict[str, dict[str, Any]]:
        assert main([*words, "config", "show", "--json"]) == 0
        return {row["name"]: row for row in json.loads(capsys.readouterr().out)}

    return run


def test_each_value_says_where_it_comes_from(
    shown: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "solo.toml").write_text('[voice.wake]\nengine = "none"\n', "utf-8")
    (tmp_path / ".env").write_text("SOLO_LOG__LEVEL=debug\n", "utf-8")
    monkeypatch.setenv("SOLO_API__HOST", "::1")
    rows = shown("--set", "api.port=1")
    sources = {
        "voice.wake.engine": "solo.toml",
        "log.level": ".env",
        "api.host": "environment",
        "api.port": "flag",
    }
    assert {name: rows[name]["from"] for name in sources} == sources
    assert rows["api.enabled"]["from"] == "default"


def test_secrets_are_masked(shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLO_VOICE__WAKE__ACCESS_KEY", "geheim")
    rows = shown()
    assert rows["voice.wake.access_key"]["value"] == "********"
    assert rows["llm.server.api_key"]["value"] == ""
    assert "geheim" not in json.dumps(rows)


def test_secrets_of_providers_are_masked_wherever_they_come_from(
    shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "geheim")
    monkeypatch.setenv("SOLO_LLM__PROVIDERS__OTHER", '{"acme": {"api_key": "geheim", "url": "http://a"}}')
    rows = shown()
    assert rows["llm.providers.openai.api_key"]["value"] == "********"
    assert rows["llm.providers.openai.api_key"]["from"] == "the provider's own variable"
    assert rows["llm.providers.other"]["value"]["acme"]["url"] == "http://a"
    assert "geheim" not in json.dumps(rows)


def test_a_section_can_be_shown_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["config", "show", "voice.wake"]) == 0
    shown = capsys.readouterr().out
    assert "SOLO_VOICE__WAKE__ENGINE" in shown
    assert "SOLO_API__PORT" not in shown
