from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.config import rows
from app.config.load import SettingsProblem, load_settings
from app.config.settings import Settings
from app.config.tools import ToolsSettings
from app.kernel.errors import BadSettings
from app.kernel.runtime import Runtime
from app.skills.tools.mcp.entries import of_file, servers_of
from app.skills.tools.mcp.specs import mcp_specs
from app.skills.tools.servers import ServerBoard
from app.skills.tools.toolbox import Toolbox

KEY = "sk-very-secret-indeed"


def written(folder: Path, servers: Any) -> Path:
    path = folder / "mcp.json"
    path.write_text(json.dumps({"mcpServers": servers}), encoding="utf-8")
    return path


def test_a_file_of_another_program_is_understood(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {
            "files": {
                "command": "npx",
                "args": ["-y", "x"],
                "env": {"KEY": KEY},
                "type": "stdio",
                "timeout": 60,
            },
            "web": {"type": "http", "url": "https://mcp.example.org", "headers": {"Authorization": KEY}},
            "off": {"command": "x", "disabled": True},
        },
    )
    found, wrong = of_file(path)
    assert not wrong
    assert found["files"].args == ("-y", "x")
    assert found["files"].env["KEY"].get_secret_value() == KEY
    assert found["web"].url == "https://mcp.example.org"
    assert not found["off"].enabled


def test_the_settings_go_before_the_file_and_what_is_off_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, {"a": {"command": "file"}, "b": {"command": "x", "disabled": True}})
    given = {"servers_file": str(path), "servers": {"a": {"command": "settings"}}}
    found, wrong = servers_of(ToolsSettings.model_validate(given))
    assert {name: server.command for name, server in found.items()} == {"a": "settings"}
    assert not wrong


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"my server!": {"command": "x"}}, "cannot be called 'my server!'"),
        ({"solo": {"command": "x"}}, "that is Solo itself"),
        ({"x" * 33: {"command": "x"}}, "1 to 32 letters"),
        ({"a": {}}, "either a command or a url"),
        ({"a": {"command": "x", "url": "https://y.example"}}, "either a command or a url"),
        ({"a": {"url": "ftp://y.example"}}, "not one of a server"),
        ({"a": {"url": f"https://me:{KEY}@y.example"}}, "put them into headers"),
        ({"a": {"url": "https://y.example", "type": "sse"}}, "speaks SSE"),
        ({"a": {"command": "x", "env": {"KEY": [KEY]}}}, "valid string"),
        ({"a": f"run {KEY}"}, "neither a command nor a url"),
    ],
)
def test_a_wrong_entry_is_a_sentence_without_its_values_and_costs_the_others_nothing(
    entries: dict[str, Any], words: str, tmp_path: Path
) -> None:
    path = written(tmp_path, {**entries, "good": {"command": "y"}})
    found, wrong = of_file(path)
    assert list(found) == ["good"]
    assert words in str(wrong[0])
    assert "mcp.json" in str(wrong[0])
    assert KEY not in str(wrong[0])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not JSON (line 1)"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no `mcpServers`"),
        (b'{"mcpServers": []}', "no `mcpServers`"),
        (b" " * 1_100_000, "larger than 1 MiB"),
    ],
)
def test_a_file_that_is_none_is_a_sentence(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_bytes(content)
    with pytest.raises(BadSettings, match=r"mcp\.json") as failure:
        of_file(path)
    assert words in str(failure.value)


def specs(runtime: Runtime, board: ServerBoard, **tools: Any) -> Any:
    return mcp_specs(runtime, Settings.model_validate({"tools": tools}), Toolbox(), board)


def test_each_server_is_a_service_that_nothing_waits_for(runtime: Runtime) -> None:
    found = specs(runtime, ServerBoard(), servers={"b": {"command": "x"}, "a": {"url": "https://x.example"}})
    assert [spec.name for spec in found] == ["mcp.a", "mcp.b"]
    assert all(spec.after_ready and not spec.essential and spec.restart.revive for spec in found)
    assert specs(runtime, ServerBoard()) == []
    assert specs(runtime, ServerBoard(), enabled=False, servers={"b": {"command": "x"}}) == []


@pytest.mark.anyio
async def test_a_wrong_file_is_said_where_everybody_looks_and_stops_nothing(
    runtime: Runtime, tmp_path: Path
) -> None:
    board = ServerBoard()
    path = written(tmp_path, {"a b": {"command": "x"}, "": {"command": "x"}, "good": {"command": "y"}})
    good, wrong = specs(runtime, board, servers_file=str(path))
    assert good.name == "mcp.good"
    with pytest.raises(BadSettings, match="1 more like it"):
        await wrong.factory().run(lambda: None)
    assert "cannot be called 'a b'" in board.all()[0].reason
    gone, *rest = specs(runtime, board, servers_file=str(tmp_path / "gone.json"))
    assert not rest
    with pytest.raises(BadSettings, match="SERVERS_FILE"):
        await gone.factory().run(lambda: None)


def test_keys_of_servers_are_not_shown_with_the_settings(tmp_path: Path) -> None:
    server = {"command": "x", "env": {"A": KEY}}
    other = {"url": "https://x.example", "headers": {"B": KEY}}
    given = {"SOLO_TOOLS__SERVERS": json.dumps({"a": server, "b": other})}
    settings = load_settings(environment=given, folder=tmp_path)
    shown = repr([row for row in rows(settings, {}) if row["name"] == "tools.servers"])
    assert "x.example" in shown
    assert KEY not in shown + repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    "value",
    [
        json.dumps({"a": {"command": "x", "env": {"A": [KEY]}}}),
        json.dumps({"a b": {"command": "x", "env": {"A": KEY}}}),
        json.dumps({"a": {"command": "x", "url": f"https://{KEY}@x.example"}}),
        json.dumps({"a": {"url": "https://x.example", "headers": KEY}}),
        "{" + KEY,
    ],
)
def test_nor_with_what_is_wrong_in_them(value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsProblem) as failure:
        load_settings(environment={"SOLO_TOOLS__SERVERS": value}, folder=tmp_path)
    assert KEY not in str(failure.value)
    assert "tools.servers" in str(failure.value)
