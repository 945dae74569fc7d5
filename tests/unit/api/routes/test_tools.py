"""What tools over HTTP promise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest

from app.events.tools import (
    CallToolEvent,
    ListToolServersEvent,
    ListToolsEvent,
    Tool,
    ToolCalledEvent,
    ToolResultEvent,
    ToolServer,
    ToolServersEvent,
    ToolsEvent,
)
from tests.unit.api.scripted import House, until

pytestmark = pytest.mark.anyio

TOOLS = "/api/v1/tools"
SEND = Tool(name="send", description="Send it.", source="mail", effects="world")


@dataclass
class Box:
    """Who answers for tools, as scripted."""

    asked: list[Any] = field(default_factory=list)
    hold: anyio.Event | None = None
    ended: int = 0

    async def tools(self, request: ListToolsEvent) -> Any:
        self.asked.append(request)
        yield ToolsEvent(tools=(SEND,))

    async def call(self, request: CallToolEvent) -> Any:
        self.asked.append(request)
        name, call_id = request.call.name, request.call.id
        try:
            if self.hold is not None:
                await self.hold.wait()
            if request.ticket:
                yield ToolResultEvent(call_id=call_id, name=name, ok=True, text="Sent.", effects="world")
            else:
                yield ToolResultEvent(
                    call_id=call_id,
                    name=name,
                    ok=False,
                    text="Not yet.",
                    effects="world",
                    question="Shall I send?",
                    ticket="t1",
                )
        finally:
            self.ended += 1

    async def servers(self, _: ListToolServersEvent) -> Any:
        yield ToolServersEvent(servers=(ToolServer(name="mail", state="away", reason="It is off."),))


@pytest.fixture
async def box(house: House) -> AsyncIterator[Box]:
    made, bus = Box(), house.deps.runtime.bus
    async with (
        bus.serve(ListToolsEvent, made.tools, name="test"),
        bus.serve(CallToolEvent, made.call, name="test"),
        bus.serve(ListToolServersEvent, made.servers, name="test"),
    ):
        yield made


async def test_tools_are_listed_all_or_those_that_bear_on_words(house: House, box: Box) -> None:
    shown = (await house.client.get(TOOLS)).json()["tools"]
    assert shown == [
        {
            "name": "send",
            "description": "Send it.",
            "parameters": {"type": "object", "properties": {}},
            "source": "mail",
            "effects": "world",
            "confirm": False,
            "unasked": False,
            "outside": False,
        }
    ]
    assert box.asked[-1] == ListToolsEvent()
    await house.client.post(TOOLS, json={"query": "mail it", "limit": 3})
    assert box.asked[-1] == ListToolsEvent(query="mail it", limit=3)


async def test_a_call_that_needs_a_yes_is_answered_with_the_question_and_its_ticket_is_the_yes(
    house: House, box: Box
) -> None:
    first = (await house.client.post(f"{TOOLS}/send", json={"arguments": {"to": "Ada"}})).json()
    assert (first["ok"], first["question"], first["ticket"]) == (False, "Shall I send?", "t1")
    assert (box.asked[-1].call.name, box.asked[-1].call.arguments) == ("send", '{"to": "Ada"}')
    second = (await house.client.post(f"{TOOLS}/send", json={"ticket": "t1"})).json()
    assert (second["ok"], second["text"], second["ticket"]) == (True, "Sent.", "")
    assert box.asked[-1].ticket == "t1"


async def test_servers_are_shown(house: House, box: Box) -> None:
    shown = (await house.client.get(f"{TOOLS}/servers")).json()["servers"]
    assert shown == [{"name": "mail", "state": "away", "reason": "It is off.", "tools": 0}]


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        (TOOLS, {"query": ""}),
        (TOOLS, {"query": "x", "limit": 0}),
        (f"{TOOLS}/send", {"arguments": []}),
        (f"{TOOLS}/send", {"nonsense": 1}),
        (f"{TOOLS}/send", {"ticket": "x" * 65}),
        (f"{TOOLS}/{'x' * 65}", {}),
    ],
)
async def test_what_makes_no_sense_is_refused(house: House, path: str, body: Any) -> None:
    assert (await house.client.post(path, json=body)).status_code == 422


async def test_without_a_toolbox_it_is_said_so(house: House) -> None:
    assert (await house.client.get(TOOLS)).status_code == 503


@pytest.mark.usefixtures("box")
async def test_a_stranger_sees_and_calls_nothing(house: House) -> None:
    async with house.stranger() as stranger:
        assert (await stranger.get(TOOLS)).status_code == 401
        assert (await stranger.get(f"{TOOLS}/servers")).status_code == 401
        assert (await stranger.post(TOOLS, json={"query": "x"})).status_code == 401
        assert (await stranger.post(f"{TOOLS}/send", json={})).status_code == 401


async def test_calls_are_counted_without_words(house: House) -> None:
    bus, board = house.deps.runtime.bus, house.deps.collector.board
    bus.publish(ToolCalledEvent(name="send", source="mail", ok=True))
    bus.publish(ToolCalledEvent(name="send", source="mail", ok=False, code="timed_out"))
    await until(lambda: board.tools.called == 2)
    assert (await house.client.get("/status")).json()["tools"] == {"called": 2, "failed": 1}
    metrics = (await house.client.get("/metrics")).text
    assert 'solo_tool_calls_total{outcome="ok",source="mail"} 1.0' in metrics
    assert 'solo_tool_calls_total{outcome="timed_out",source="mail"} 1.0' in metrics
