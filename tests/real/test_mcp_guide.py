"""The page about MCP servers is true: its server and its settings work as they stand there."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path

import anyio
import pytest

from app.config.load import load_settings
from app.config.tools import McpServer
from app.events.llm import ToolCall
from app.events.tools import (
    CallToolEvent,
    ListToolServersEvent,
    ListToolsEvent,
    ToolResultEvent,
    ToolServersEvent,
    ToolsEvent,
)
from app.main import solo
from app.skills.tools.mcp.entries import servers_of
from tests.conftest import ROOT
from tests.real.mcp_child import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

PAGE = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The first of the page."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found.group(1)


def test_the_three_ways_to_set_a_server_are_one(tmp_path: Path) -> None:
    (tmp_path / "solo.toml").write_text(block("toml"), encoding="utf-8")
    name, _, value = shlex.split(block("sh"))[0].partition("=")
    (tmp_path / "mcp.json").write_text(block("json"), encoding="utf-8")
    by_file = load_settings({"tools.servers_file": str(tmp_path / "mcp.json")}, environment={}, folder=Path())
    ways: list[dict[str, McpServer]] = [
        load_settings(environment={}, folder=tmp_path).tools.servers,
        load_settings(environment={name: value}, folder=tmp_path / "none").tools.servers,
        servers_of(by_file.tools)[0],
    ]
    assert ways[0] == ways[1] == ways[2]
    assert list(ways[0]) == ["garden"]


async def test_the_server_of_the_page_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("garden.py").write_text(block("python"), encoding="utf-8")
    Path("solo.toml").write_text(block("toml").replace(".venv/bin/python", sys.executable), encoding="utf-8")
    settings = load_settings(environment={}, folder=tmp_path)
    async with solo(settings, only=("tools", "mcp.garden")) as running:
        bus = running.runtime.bus
        with anyio.fail_after(PATIENCE):
            await running.supervisor.settled()
        async with bus.ask(ListToolServersEvent()) as answers:
            (server,) = (await answers.one(ToolServersEvent)).servers
        assert (server.name, server.state, server.tools) == ("garden", "connected", 2)
        async with bus.ask(ListToolsEvent(query="water the roses in the garden")) as answers:
            found = {tool.name: tool for tool in (await answers.one(ToolsEvent)).tools}
        assert found["garden_water"].effects == "world"

        async def call(name: str, ticket: str = "", **arguments: object) -> ToolResultEvent:
            wanted = ToolCall(id="1", name=name, arguments=json.dumps(arguments))
            async with bus.ask(CallToolEvent(call=wanted, ticket=ticket)) as answers:
                return await answers.one(ToolResultEvent)

        soil = await call("garden_soil", bed="rose")
        assert (soil.ok, soil.text, soil.outside) == (True, "The soil of the rose bed is dry.", True)
        asked = await call("garden_water", bed="rose", litres=5)
        assert asked.question in PAGE
        done = await call("garden_water", asked.ticket)
        assert done.text == "The rose bed got 5 litres."
        wrong = await call("garden_soil", flower="rose")
        assert (wrong.ok, wrong.code) == (False, "bad_input")
