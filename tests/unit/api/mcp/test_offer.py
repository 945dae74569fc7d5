"""What is offered to programs, and what is not."""

from __future__ import annotations

import json

import pytest

from app.api.mcp import offer
from app.api.mcp.resources import MOST, bounded
from app.api.schemas import MessageLine
from app.events.tools import Tool, ToolServer


@pytest.mark.parametrize("parameters", ["[]", "no JSON", "", "null", "[" * 100_000])
def test_a_tool_whose_schema_is_none_is_left_out(parameters: str) -> None:
    tools = [Tool(name="odd", parameters=parameters)]
    names = [shape.name for shape in offer.listed(tools, speaks=False, confirms=True)]
    assert names == [offer.ASK]


def test_a_schema_is_always_that_of_an_object() -> None:
    tool = Tool(name="odd", parameters=json.dumps({"properties": {"a": {}}}))
    shape = offer.listed([tool], speaks=False, confirms=False)[-1]
    assert shape.input_schema == {"properties": {"a": {}}, "type": "object"}


def test_the_own_names_cannot_be_taken_by_others() -> None:
    tools = [Tool(name=name, source="acme") for name in (*offer.OWN, "good")]
    assert list(offer.offered(tools, (), reexports=True)) == ["good"]


def test_tools_of_other_servers_are_handed_on_only_where_that_is_wanted() -> None:
    tools = [Tool(name="theirs", source="calendar"), Tool(name="ours")]
    servers = [ToolServer(name="calendar", state="connected")]
    assert list(offer.offered(tools, servers, reexports=False)) == ["ours"]
    assert list(offer.offered(tools, servers, reexports=True)) == ["theirs", "ours"]


def test_of_a_long_conversation_the_latest_is_read() -> None:
    def said(number: int, length: int) -> MessageLine:
        return MessageLine(
            id=str(number), dialogue="d", role="user", content="x" * length, channel="api", created_at=""
        )

    messages = [said(1, MOST), said(2, MOST // 2), said(3, MOST // 2)]
    assert [one.id for one in bounded(messages)] == ["2", "3"]
    assert [one.id for one in bounded([said(4, 2 * MOST)])] == ["4"]
