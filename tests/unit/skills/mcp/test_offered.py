from __future__ import annotations

from typing import Any

from mcp_types import Tool

from app.config.tools import McpServer
from app.skills.tools.mcp.offered import LONGEST_DESCRIPTION, MOST, Offered, offered


def of(*tools: dict[str, Any], **settings: Any) -> Offered:
    server = McpServer.model_validate({"command": "x", **settings})
    listed = [Tool.model_validate({"inputSchema": {"type": "object"}, **tool}) for tool in tools]
    return offered("files", server, listed)


def test_a_tool_that_only_reads_has_no_effects_and_every_other_changes_the_world() -> None:
    found = of(
        {"name": "a", "annotations": {"readOnlyHint": True}},
        {"name": "b", "annotations": {"readOnlyHint": False, "destructiveHint": False}},
        {"name": "c"},
    )
    assert [tool.effects for tool in found.tools] == ["none", "world", "world"]
    assert all(tool.outside and tool.source == "files" and not tool.confirm for tool in found.tools)


def test_the_settings_say_whether_is_asked_before() -> None:
    assert of({"name": "a"}, confirm="always").tools[0].confirm
    assert of({"name": "a"}, confirm="never").tools[0].unasked
    auto = of({"name": "a"}).tools[0]
    assert (auto.confirm, auto.unasked) == (False, False)


def test_only_tools_that_are_allowed_are_offered() -> None:
    found = of({"name": "read_file"}, {"name": "write_file"}, {"name": "list"}, allow=["read_*", "list"])
    assert dict(found.own) == {"files_read_file": "read_file", "files_list": "list"}
    assert not found.left_out


def test_descriptions_are_cut_and_have_no_control_characters() -> None:
    found = of({"name": "a", "description": "\x1b[1m" + "x" * 5000}, {"name": "b", "title": "B it"})
    assert len(found.tools[0].description) == LONGEST_DESCRIPTION
    assert "\x1b" not in found.tools[0].description
    assert found.tools[1].description == "B it"


def test_what_cannot_be_used_is_left_out_with_a_reason() -> None:
    found = of({"name": "a"}, {"name": "a"}, {"name": ""}, {"name": "b", "inputSchema": {"type": "array"}})
    assert [tool.name for tool in found.tools] == ["files_a"]
    assert len(found.left_out) == 3
    assert "schema" in dict(found.left_out)["b"]


def test_a_server_has_so_many_tools_and_no_more() -> None:
    found = of(*({"name": f"t{n}"} for n in range(MOST + 5)))
    assert (len(found.tools), len(found.left_out)) == (MOST, 5)
