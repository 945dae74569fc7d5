"""`solo models load`, `unload` and their kin talk to the Solo that runs, and it keeps what it uses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from anyio import to_thread

from app.api.client import SoloClient
from app.cli import modelchoice, modelmemory, models
from app.cli.main import main
from app.config.api import ApiSettings
from app.config.settings import Settings
from app.kernel.runtime import Runtime
from tests.unit.api.test_service import serving
from tests.unit.assets.ggufs import put

COMMANDS = (models, modelchoice, modelmemory)
"""Imported before anybody knocks: that takes longer than a knock may."""

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "data").mkdir()
    return Settings(data_dir=tmp_path / "data", models_dir=tmp_path / "models", api=ApiSettings(port=0))


async def typed(capsys: pytest.CaptureFixture[str], settings: Settings, *words: str) -> tuple[int, str, str]:
    folders = ["--models-dir", str(settings.models_dir), "--data-dir", str(settings.data_dir)]
    capsys.readouterr()  # the log of the one that runs
    code = await to_thread.run_sync(lambda: main([*folders, "models", *words]))
    return code, *capsys.readouterr()


async def at_home(settings: Settings) -> None:
    """Knock until it opens: a busy machine may take its time to import what is needed for that."""
    while (client := await to_thread.run_sync(SoloClient.find, settings)) is None:
        pass
    client.close()


async def test_models_are_loaded_and_unloaded_by_command(
    capsys: pytest.CaptureFixture[str], runtime: Runtime, settings: Settings
) -> None:
    async with serving(runtime, settings) as scripted:
        await at_home(settings)
        code, out, _ = await typed(capsys, settings, "loaded")
        assert (code, out.strip()) == (0, "local:qwen · 8,192 tokens")
        code, out, _ = await typed(capsys, settings, "load", "local:qwen")
        assert (code, out.strip()) == (0, "local:qwen is loaded: 4,096 tokens, 0.0 s.")
        code, out, _ = await typed(capsys, settings, "unload", "local:qwen")
        assert (code, out.strip()) == (0, "local:qwen is not in memory any more.")
        code, out, _ = await typed(capsys, settings, "reload", "--json")
        assert json.loads(out)["loaded"] is True
        assert [one.action for one in scripted.asked[-3:]] == ["load", "unload", "reload"]
        code, _, err = await typed(capsys, settings, "load", "x")
        assert code == 2
        assert "There is no model 'x'" in err


async def test_what_the_running_solo_has_loaded_is_not_removed(
    capsys: pytest.CaptureFixture[str], runtime: Runtime, settings: Settings
) -> None:
    used = put(settings.models_dir, "llm/qwen.gguf")
    other = put(settings.models_dir, "llm/other.gguf")
    async with serving(runtime, settings):
        await at_home(settings)
        code, _, err = await typed(capsys, settings, "remove", "qwen", "--yes")
        assert code == 2
        assert "The Solo that runs is using qwen." in err
        assert "solo models unload qwen" in err
        assert used.exists()
        code, _, _ = await typed(capsys, settings, "remove", "other", "--yes")
        assert code == 0
        assert not other.exists()


async def test_without_a_solo_that_runs_it_is_said(
    capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    code, _, err = await typed(capsys, settings, "reload")
    assert code == 1
    assert "No Solo is running here" in err
