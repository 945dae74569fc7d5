"""A real model calls a tool in the middle of a dialogue, and reads nothing of the dialogue again for it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.config.llm import LlmSettings
from app.events.llm import ChatMessage, ToolSpec
from app.llm.engines.table import build
from app.llm.port import Finished, Generation, LanguageModel
from app.llm.prompts.late_tools import results_in_words
from app.llm.roles.targets import spec_of
from tests.conftest import MODELS

pytestmark = [pytest.mark.anyio, pytest.mark.real_time, pytest.mark.needs("models")]

LIGHT = ToolSpec(
    name="set_light",
    description="Switch a light on or off.",
    parameters=json.dumps(
        {
            "type": "object",
            "properties": {"room": {"type": "string"}, "on": {"type": "boolean"}},
            "required": ["room", "on"],
        }
    ),
)
TALK = [
    ChatMessage(role="system", content="You are a helpful assistant. Answer briefly."),
    *(
        ChatMessage(role=role, content=content)  # type: ignore[arg-type]
        for number in range(1, 8)
        for role, content in (
            ("user", f"Tell me something about the number {number}, please."),
            ("assistant", f"The number {number} stands between {number - 1} and {number + 1} on the line."),
        )
    ),
]


async def ended(engine: LanguageModel, *said: ChatMessage, tools: tuple[ToolSpec, ...] = ()) -> Finished:
    request = Generation((*TALK, *said), 60, 0.0, dialogue="d", tools=tools, priority="voice")
    steps = [step async for step in engine.generate(request)]
    assert isinstance(steps[-1], Finished)
    return steps[-1]


@asynccontextmanager
async def loaded(model: str) -> AsyncIterator[LanguageModel]:
    engine = build(spec_of(f"xllamacpp:{model}", LlmSettings(), "generation", MODELS, True))
    await engine.load()
    try:
        yield engine
    finally:
        await engine.close()


async def test_tools_that_come_and_go_leave_what_was_read_of_a_dialogue_as_it_is() -> None:
    async with loaded("qwen2.5-coder-0.5b-instruct") as engine:
        before = await ended(engine, ChatMessage(role="user", content="Hello."))
        asked = ChatMessage(role="user", content="Turn off the kitchen light.")
        called = await ended(engine, asked, tools=(LIGHT,))
        (call,) = called.calls
        assert call.name == "set_light"
        assert json.loads(call.arguments)["on"] is False
        assert called.cached_tokens >= before.prompt_tokens - 12

        call = call.model_copy(update={"id": "call00000"})
        did = ChatMessage(role="assistant", tool_calls=(call,))
        result = ChatMessage(role="tool", content="The kitchen light is off.", tool_call_id="call00000")
        words = results_in_words((asked, did, result))
        told = await ended(engine, *words, tools=(LIGHT,))
        assert told.cached_tokens >= called.prompt_tokens - 12


async def test_a_model_that_was_never_taught_to_call_tools_is_told_of_none_and_talks_on() -> None:
    async with loaded("smollm2-135m-instruct") as engine:
        asked = ChatMessage(role="user", content="Turn off the kitchen light.")
        without = await ended(engine, asked)
        offered = await ended(engine, asked, tools=(LIGHT,))
        assert offered.prompt_tokens == without.prompt_tokens
        assert offered.cached_tokens >= without.prompt_tokens - 1
        assert not offered.calls
