"""What a program gets that speaks MCP with Solo, on every road."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError
from mcp_types import ElicitResult

from app.config.settings import Settings
from app.events.dialogue import ReplyStepEvent, UserSaidEvent
from app.kernel.errors import Unavailable
from app.kernel.runtime import Runtime
from tests.unit.api.mcp.toolsmith import QUESTION, ROADS, TICKET, Living, client_of, living, words

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"data_dir": tmp_path, "api": {"port": 0}})


@pytest.fixture
async def solo(runtime: Runtime, settings: Settings) -> AsyncIterator[Living]:
    async with living(runtime, settings) as solo:
        yield solo


@pytest.fixture(params=ROADS)
def road(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def client(solo: Living, road: str) -> AsyncIterator[Client]:
    async with client_of(solo, road) as client:
        yield client


async def test_solos_own_tools_are_offered_and_those_of_plugins_but_not_other_servers(client: Client) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert list(tools) == [
        *("ask_solo", "say_aloud", "what_time", "set_timer", "send_mail", "look_up", "confirm")
    ]
    assert tools["set_timer"].input_schema["required"] == ["text"]
    hints = {name: tools[name].annotations for name in ("what_time", "set_timer", "send_mail", "look_up")}
    assert [(h.read_only_hint, h.destructive_hint) for h in hints.values() if h] == [
        *((True, False), (False, False), (False, True), (True, False))
    ]
    assert tools["look_up"].annotations is not None
    assert tools["look_up"].annotations.open_world_hint is True
    assert "remembers what was said" in (tools["ask_solo"].description or "")


async def test_a_tool_is_called_with_its_arguments(client: Client, solo: Living) -> None:
    result = await client.call_tool("set_timer", {"text": "pasta"})
    assert (words(result), result.is_error) == ("set_timer was done.", False)
    assert json.loads(solo.smith.calls[0].call.arguments) == {"text": "pasta"}
    assert not solo.smith.calls[0].tainted


async def test_what_goes_wrong_in_a_tool_is_a_result(client: Client) -> None:
    result = await client.call_tool("set_timer", {})
    assert (words(result), result.is_error) == ("The argument 'text' is missing.", True)


async def test_a_tool_that_is_not_offered_cannot_be_called(client: Client, solo: Living) -> None:
    for name in ("calendar_list", "broken_beyond", "", "../etc/passwd", "x" * 1000):
        with pytest.raises(MCPError, match="There is no tool") as caught:
            await client.call_tool(name, {})
        assert caught.value.code == -32602
        assert len(str(caught.value)) < 100
    assert solo.smith.calls == []


async def test_solo_is_asked_and_its_reply_is_told_while_it_comes(client: Client, solo: Living) -> None:
    heard: list[tuple[float, str | None]] = []
    done = anyio.Event()

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, message))
        if len(heard) == 3:
            done.set()

    result = await client.call_tool("ask_solo", {"text": "Where?", "dialogue": "d7"}, progress_callback=hear)
    assert (words(result), result.is_error) == ("Paris.", False)
    assert result.structured_content == {"reply": "Paris.", "dialogue": "d7", "finish": "stop"}
    with anyio.fail_after(90):
        await done.wait()
    assert sorted(heard) == [(3, "Par"), (5, "is"), (6, ".")]
    asked = solo.scripted.asked[0]
    assert isinstance(asked, UserSaidEvent)
    assert (asked.text, asked.channel, asked.dialogue) == ("Where?", "api", "d7")


async def test_the_tools_that_a_reply_uses_are_told_before_it(client: Client, solo: Living) -> None:
    heard: list[tuple[float, str | None]] = []
    done = anyio.Event()
    solo.scripted.reply = ("Done.",)
    solo.scripted.steps = (
        ReplyStepEvent(tool="set_timer"),
        ReplyStepEvent(tool="set_timer", done=True),
        ReplyStepEvent(tool="send_mail"),
        ReplyStepEvent(tool="send_mail", done=True, ok=False),
    )

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, message))
        if len(heard) == 4:
            done.set()

    result = await client.call_tool("ask_solo", {"text": "Do it."}, progress_callback=hear)
    assert words(result) == "Done."
    with anyio.fail_after(90):
        await done.wait()
    told = [message for _, message in sorted(heard, key=lambda one: one[0])]
    assert told == ["Solo uses set_timer.\n", "Solo uses send_mail.\n", "send_mail did not work.\n", "Done."]


async def test_wrong_arguments_are_a_sentence(client: Client) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "The argument 'text' is wrong: field required."),
        ({"text": ""}, "The argument 'text' is wrong: string should have at least 1 character."),
        ({"text": "x", "more": 1}, "The argument 'more' is wrong: extra inputs are not permitted."),
        ({"text": "x" * 20_001}, "The text is 20001 characters long; the limit is 20000."),
    ]
    for arguments, sentence in wrong:
        result = await client.call_tool("ask_solo", arguments)
        assert result.is_error
        assert words(result).startswith(sentence)


async def test_a_part_that_is_away_is_a_sentence_and_a_mistake_of_solos_only_its_name(
    client: Client, solo: Living
) -> None:
    solo.scripted.fails = Unavailable("The language model is away.", hint="See: solo doctor")
    result = await client.call_tool("ask_solo", {"text": "x"})
    assert (words(result), result.is_error) == ("The language model is away. See: solo doctor", True)
    solo.scripted.fails = ValueError("said in private")
    result = await client.call_tool("ask_solo", {"text": "x"})
    assert (words(result), result.is_error) == ("Solo made a mistake (ValueError). Please report it.", True)


async def test_a_text_is_spoken(client: Client) -> None:
    assert words(await client.call_tool("say_aloud", {"text": "Dinner."})) == "Spoken: 0.3 seconds."


async def test_conversations_can_be_read(client: Client) -> None:
    listed = (await client.list_resources()).resources
    assert [(r.uri, r.title) for r in listed] == [
        ("solo://conversations", "Conversations"),
        ("solo://conversations/d1", "the trip"),
    ]

    async def read(uri: str) -> Any:
        return json.loads((await client.read_resource(uri)).contents[0].text)  # type: ignore[union-attr]

    assert (await read("solo://conversations"))[0]["dialogue"] == "d1"
    assert await read("solo://conversations/d1") == [
        {"role": "user", "content": "hi", "channel": "api", "created_at": "2026-01-01"}
    ]
    assert (await read("solo://memories/a%20sister"))[0]["text"] == "Ada is a sister"
    templates = (await client.list_resource_templates()).resource_templates
    assert [t.uri_template for t in templates] == ["solo://conversations/{id}", "solo://memories/{words}"]


async def test_there_is_nothing_at_other_addresses(client: Client) -> None:
    for uri in ("solo://", "solo://memories", "file:///etc/passwd", "solo://conversations/" + "x" * 65):
        with pytest.raises(MCPError, match="There is nothing at that address") as caught:
            await client.read_resource(uri)
        assert caught.value.code == -32602


async def test_a_client_that_cannot_ask_hands_the_question_to_its_model(client: Client, solo: Living) -> None:
    result = await client.call_tool("send_mail", {"text": "Hello."})
    assert result.is_error
    assert QUESTION in words(result)
    assert f"the tool confirm with the ticket {TICKET}" in words(result)
    sent = await client.call_tool("confirm", {"ticket": TICKET})
    assert (words(sent), sent.is_error) == ("The mail was sent.", False)
    wrong = await client.call_tool("confirm", {"ticket": "guessed"})
    assert (words(wrong), wrong.is_error) == ("There is no such question.", True)
    assert [call.ticket for call in solo.smith.calls] == ["", TICKET, "guessed"]


@pytest.mark.parametrize("road", [ROADS[0], ROADS[2]], indirect=True)
@pytest.mark.parametrize(("action", "told"), [("accept", "The mail was sent."), ("decline", "did not agree")])
async def test_a_client_that_can_ask_asks_the_person(solo: Living, road: str, action: Any, told: str) -> None:
    questions: list[str] = []

    async def ask(context: Any, params: Any) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action=action, content={} if action == "accept" else None)

    async with client_of(solo, road, elicitation_callback=ask) as client:
        assert "confirm" not in {tool.name for tool in (await client.list_tools()).tools}
        result = await client.call_tool("send_mail", {"text": "Hello."})
    assert questions == [QUESTION]
    assert told in words(result)
    assert result.is_error == (action != "accept")
    assert solo.smith.calls[-1].ticket == (TICKET if action == "accept" else "")


async def test_a_call_that_is_given_up_ends_in_solo(solo: Living, road: str) -> None:
    solo.smith.held = anyio.Event()
    async with client_of(solo, road) as client, anyio.create_task_group() as group:
        group.start_soon(client.call_tool, "what_time", {})
        with anyio.fail_after(90):
            await solo.smith.begun.wait()
            group.cancel_scope.cancel()
    with anyio.fail_after(90):
        await solo.smith.ended.wait()


async def test_two_clients_at_once_do_not_wait_for_each_other(solo: Living) -> None:
    solo.smith.held = anyio.Event()
    told: list[str] = []

    async def call(client: Client) -> None:
        told.append(words(await client.call_tool("what_time", {})))

    async with client_of(solo, ROADS[0]) as one, client_of(solo, ROADS[1]) as other:
        with anyio.fail_after(90):
            async with anyio.create_task_group() as group:
                group.start_soon(call, one)
                await solo.smith.begun.wait()
                assert words(await other.call_tool("ask_solo", {"text": "x"})) == "Paris."
                solo.smith.held.set()
    assert told == ["what_time was done."]


async def test_tools_of_other_servers_are_handed_on_where_that_is_wanted(
    runtime: Runtime, settings: Settings, road: str
) -> None:
    api = settings.api.model_copy(update={"mcp_reexport": True})
    wanted = settings.model_copy(update={"api": api})
    async with living(runtime, wanted) as solo, client_of(solo, road) as client:
        assert "calendar_list" in {tool.name for tool in (await client.list_tools()).tools}


async def test_without_voice_and_memory_neither_is_offered(
    runtime: Runtime, settings: Settings, road: str
) -> None:
    off = settings.model_copy(
        update={
            "voice": settings.voice.model_copy(update={"enabled": False}),
            "memory": settings.memory.model_copy(update={"enabled": False}),
        }
    )
    async with living(runtime, off) as solo, client_of(solo, road) as client:
        assert "say_aloud" not in {tool.name for tool in (await client.list_tools()).tools}
        templates = (await client.list_resource_templates()).resource_templates
        assert [t.name for t in templates] == ["conversation"]
        with pytest.raises(MCPError, match="nothing at that address"):
            await client.read_resource("solo://memories/x")
