"""What watching promises."""

from __future__ import annotations

import anyio
import pytest

from app.events.dialogue import TurnStartedEvent
from app.events.voice import AttentionEvent, LevelEvent
from tests.unit.api.scripted import TOKEN, House, until
from tests.unit.api.sockets import KEY, connected

pytestmark = pytest.mark.anyio

PATH = "/api/v1/events"


async def test_events_of_the_owner_come_over_a_websocket_and_no_one_elses(house: House) -> None:
    publish = house.deps.runtime.bus.publish
    async with connected(house, KEY) as socket:
        await until(lambda: socket.texts)
        publish(TurnStartedEvent(turn="theirs", owner="someone else", channel="api", dialogue="d"))
        publish(TurnStartedEvent(turn="mine", channel="api", dialogue="d"))
        await until(lambda: len(socket.texts) == 2)
    assert '"type":"TurnStartedEvent"' in socket.texts[1]
    assert '"turn":"mine"' in socket.texts[1]


async def test_only_the_types_asked_for_come(house: House) -> None:
    async with connected(house, KEY, query="type=AttentionEvent") as socket:
        await until(lambda: socket.texts)
        house.deps.runtime.bus.publish(LevelEvent(dbfs=-20, speech=0))
        house.deps.runtime.bus.publish(AttentionEvent(state="listening"))
        await until(lambda: len(socket.texts) == 2)
    assert "AttentionEvent" in socket.texts[1]


async def test_a_type_that_does_not_exist_is_named_with_its_nearest(house: House) -> None:
    answer = await house.client.get(f"{PATH}?type=AttentonEvent")
    assert answer.status_code == 404
    assert "AttentionEvent" in answer.json()["error"]["hint"]
    async with connected(house, KEY, query="type=Nonsense") as socket:
        await until(lambda: socket.closed)
    assert socket.closed == (1008, "There is no event called 'Nonsense'.")


async def test_a_browser_brings_the_token_as_a_subprotocol(house: House) -> None:
    async with connected(house, subprotocols=("solo.v1", f"solo.token.{TOKEN}")) as socket:
        await until(lambda: socket.texts)
    assert socket.sent[0]["subprotocol"] == "solo.v1"


async def test_the_token_may_be_the_first_message(house: House) -> None:
    async with connected(house) as socket:
        socket.say(f'{{"token": "{TOKEN}"}}')
        await until(lambda: socket.texts)


@pytest.mark.parametrize("first", ['{"token": "wrong"}', "{", '{"x": 1}', "[]", TOKEN])
async def test_a_wrong_first_message_closes_the_socket(house: House, first: str) -> None:
    async with connected(house) as socket:
        socket.say(first)
        await until(lambda: socket.closed)
    assert socket.closed == (1008, "This needs Solo's token.")
    assert socket.texts == []


async def test_a_first_message_in_bytes_closes_the_socket(house: House) -> None:
    async with connected(house) as socket:
        socket.put({"type": "websocket.receive", "bytes": b"\xff\x00"})
        await until(lambda: socket.closed)
    assert socket.closed == (1008, "This needs Solo's token.")


async def test_who_brings_no_token_is_not_waited_for_long(house: House) -> None:
    async with connected(house) as socket:
        await until(lambda: socket.closed)
    assert socket.closed == (1008, "This needs Solo's token.")


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {**KEY, "Origin": "http://localhost:3000"},
        {**KEY, "Host": "evil.x"},
    ],
)
async def test_the_door_is_the_same_for_sockets(house: House, headers: dict[str, str]) -> None:
    async with connected(house, {k.lower(): v for k, v in headers.items()}) as socket:
        await until(lambda: socket.closed)
    assert socket.closed is not None
    assert socket.closed[0] == 1008


async def test_whoever_reads_too_slowly_is_told_and_let_go(house: House) -> None:
    async with connected(house, KEY) as socket:
        await until(lambda: socket.texts)
        socket.stuck = True
        for number in range(1200):
            house.deps.runtime.bus.publish(TurnStartedEvent(turn=f"t{number}", channel="api", dialogue="d"))
        await until(lambda: socket.closed)
    assert socket.closed == (1013, "You were too slow for the events.")
    assert not [name for name in house.deps.runtime.bus.counters() if name == "facts:api.events"]


async def test_when_the_door_closes_watchers_are_told(house: House) -> None:
    async with connected(house, KEY) as socket:
        await until(lambda: socket.texts)
        house.deps.closing.say()
        await until(lambda: socket.closed)
    assert socket.closed == (1001, "Solo is stopping.")


async def test_bytes_from_a_client_do_no_harm(house: House) -> None:
    async with connected(house, KEY) as socket:
        await until(lambda: socket.texts)
        socket.put({"type": "websocket.receive", "bytes": b"\x00"})
        socket.say("hello?")
        house.deps.runtime.bus.publish(AttentionEvent(state="listening"))
        await until(lambda: len(socket.texts) == 2)


async def test_events_come_as_server_sent_events_until_the_door_closes(house: House) -> None:
    async with anyio.create_task_group() as group:

        async def close() -> None:
            await until(lambda: "facts:api.events" in house.deps.runtime.bus.counters())
            house.deps.runtime.bus.publish(AttentionEvent(state="listening"))
            await anyio.sleep(1)
            house.deps.closing.say()

        group.start_soon(close)
        answer = await house.client.get(PATH)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: AttentionEvent\ndata: {" in answer.text
