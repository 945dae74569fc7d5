"""What Anthropic is asked to hold of a prompt, and what that costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.events.llm import ChatMessage, ToolSpec
from app.llm.port import Generation
from app.llm.targets import price_of
from tests.contracts.test_llm_engines import run
from tests.wire.engines import at_work, spec_at

pytestmark = [pytest.mark.anyio, pytest.mark.real_time, pytest.mark.needs("anthropic")]

HELD = {"type": "ephemeral"}
SYSTEM = ChatMessage(role="system", content="You are Solo. " * 40)


def said(*texts: str, dialogue: str | None = "d") -> Generation:
    roles = ("user", "assistant") * len(texts)
    turns = (ChatMessage(role=role, content=text) for role, text in zip(roles, texts, strict=False))  # type: ignore[arg-type]
    return Generation((SYSTEM, *turns), 50, 0.0, dialogue=dialogue)


def held(body: dict[str, Any]) -> list[str]:
    """The texts of the blocks that are to be held."""
    blocks = [*body["system"], *(block for message in body["messages"] for block in message["content"])]
    return [block["text"] for block in blocks if block.get("cache_control") == HELD]


async def test_of_a_dialogue_the_system_prompt_and_all_up_to_the_last_message_are_held() -> None:
    async with at_work("anthropic") as (engine, server):
        text, first = await run(engine, said("Hello there."))
        _, second = await run(engine, said("Hello there.", text, "And now?"))
        assert held(server.chats[0].body) == [SYSTEM.content, "Hello there."]
        assert held(server.chats[1].body) == [SYSTEM.content, "And now?"]
    assert first.kept_tokens == first.prompt_tokens
    assert second.cached_tokens > 0.8 * first.prompt_tokens
    assert second.kept_tokens == second.prompt_tokens - second.cached_tokens


async def test_of_what_belongs_to_no_dialogue_the_system_prompt_alone_is_held() -> None:
    async with at_work("anthropic") as (engine, server):
        await run(engine, said("What is this about?", dialogue=None))
        assert held(server.chats[0].body) == [SYSTEM.content]


async def test_without_a_system_prompt_the_tools_are_held() -> None:
    tools = (ToolSpec(name="one"), ToolSpec(name="two"))
    bare = replace(said("Hello.", dialogue=None), messages=(ChatMessage(role="user", content="Hello."),))
    async with at_work("anthropic") as (engine, server):
        await run(engine, replace(bare, tools=tools))
        assert [tool.get("cache_control") for tool in server.chats[0].body["tools"]] == [None, HELD]
        assert "system" not in server.chats[0].body


async def test_a_turn_later_the_prompt_costs_a_fraction() -> None:
    spec = replace(spec_at("anthropic", "http://127.0.0.1:9", model="claude-sonnet-5-5"))
    fresh = price_of(spec, 10_000, 0, 0)
    assert price_of(spec, 10_000, 0, 0, kept=10_000) == pytest.approx(1.25 * fresh)
    assert price_of(spec, 10_000, 9_500, 0, kept=500) == pytest.approx(0.11 * fresh)
