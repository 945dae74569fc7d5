"""`solo mcp` as a program starts it, and what docs/mcp-server.md says of both ways in."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread
from mcp import Client, MCPError, StdioServerParameters
from mcp_types import ElicitResult

from app.cli.main import main
from app.config.settings import Settings
from app.kernel.runtime import Runtime
from tests.conftest import ROOT
from tests.unit.api.mcp.toolsmith import QUESTION, Living, living, words

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

PAGE = (ROOT / "docs" / "mcp-server.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    """The page's examples."""
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
async def solo(runtime: Runtime, tmp_path: Path) -> AsyncIterator[Living]:
    settings = Settings.model_validate({"data_dir": tmp_path / "data", "api": {"port": 0}})
    async with living(runtime, settings) as solo:
        yield solo


def started(entry: dict[str, Any], folder: Path) -> StdioServerParameters:
    """The page's entry, with this test's folder and without an installed `solo`."""
    args = [str(folder) if word.endswith("/data") else word for word in entry["args"]]
    env = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
    return StdioServerParameters(
        command=sys.executable, args=["-m", "app", *args], env=env, cwd=str(folder.parent)
    )


async def test_a_program_that_starts_it_has_what_the_page_promises(solo: Living) -> None:
    async def agree(context: Any, params: Any) -> ElicitResult:
        assert params.message == QUESTION
        return ElicitResult(action="accept", content={})

    entry = json.loads(blocks("json")[0])["mcpServers"]["solo"]
    server = started(entry, solo.settings.data_dir)
    async with Client(server, mode="legacy", elicitation_callback=agree) as client:
        assert client.server_info is not None
        assert client.server_info.name == "solo"
        assert {"ask_solo", "say_aloud", "set_timer"} <= {t.name for t in (await client.list_tools()).tools}
        assert words(await client.call_tool("ask_solo", {"text": "Where?"})) == "Paris."
        assert words(await client.call_tool("send_mail", {"text": "Hello."})) == "The mail was sent."
        for uri in re.findall(r"`(solo://[a-z/]+)`", PAGE):
            assert (await client.read_resource(uri)).contents
        with pytest.raises(MCPError, match="There is no tool"):
            await client.call_tool("calendar_list", {})


async def test_a_program_that_speaks_http_has_what_the_page_promises(solo: Living) -> None:
    entry = json.loads(blocks("json")[1])["mcpServers"]["solo"]
    assert entry["url"].endswith("/mcp")
    assert entry["headers"]["Authorization"].replace("TOKEN", solo.token) == f"Bearer {solo.token}"
    known: dict[str, Any] = {}
    exec(blocks("python")[0], known)
    assert await known["ask"](solo.url, solo.token, "Where?") == "Paris."
    with pytest.raises(ExceptionGroup) as caught:
        await known["ask"](solo.url, "wrong", "Where?")
    assert caught.group_contains(MCPError, match="not Solo's token")


async def test_show_prints_an_entry_for_this_solo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert await to_thread.run_sync(main, ["--data-dir", "mine", "mcp", "--show"]) == 0
    entry = json.loads(capsys.readouterr().out)["mcpServers"]["solo"]
    assert Path(entry["command"]).is_absolute()
    assert entry["args"][-1] == "mcp"
    assert str((tmp_path / "mine").resolve()) in entry["args"]
    assert str((tmp_path / "cache").resolve()) in entry["args"][-2]
    assert not (tmp_path / "logs").exists()
