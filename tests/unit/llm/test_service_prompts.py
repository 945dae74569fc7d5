"""What the runner does to prompts and answers: fits, cleans, and gives again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from app.config.llm import GenerationSettings, LlmSettings
from app.config.prompts import PromptsSettings
from app.events.llm import ChatMessage, LLMRequestEvent, LLMResponseEvent, LLMTokenEvent, LLMUsedEvent
from app.kernel.runtime import Runtime
from app.llm.engines.scripted import ScriptedModel
from app.llm.service import LlmService
from app.llm.spec import EngineSpec

pytestmark = pytest.mark.anyio

Answers = Callable[[tuple[ChatMessage, ...]], str]


def user(text: str) -> ChatMessage:
    return ChatMessage(role="user", content=text)


class House:
    """A runner with one scripted model."""

    def __init__(self, runtime: Runtime, folder: Path, answer: Answers | None, settings: LlmSettings) -> None:
        self.runtime = runtime
        self.made: list[ScriptedModel] = []

        def make(spec: EngineSpec) -> ScriptedModel:
            model = ScriptedModel(spec) if answer is None else ScriptedModel(spec, answer, delay=0.1)
            self.made.append(model)
            return model

        self.service = LlmService(runtime, settings, Path("nowhere"), engines=make, cache_dir=folder)

    async def ask(self, *messages: ChatMessage, **changes: object) -> LLMResponseEvent:
        request = LLMRequestEvent(messages=messages, **changes)  # type: ignore[arg-type]
        return await self.runtime.bus.request(request, LLMResponseEvent)


@asynccontextmanager
async def running(
    runtime: Runtime, folder: Path, answer: Answers | None = None, settings: LlmSettings | None = None
) -> AsyncGenerator[House]:
    scripted = LlmSettings(generation=GenerationSettings(engine="scripted", context=600))
    house, ready = House(runtime, folder, answer, settings or scripted), anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(house.service.run, ready.set)
        await ready.wait()
        yield house
        group.cancel_scope.cancel()


async def test_what_comes_out_the_same_is_written_once(runtime: Runtime, tmp_path: Path) -> None:
    async with running(runtime, tmp_path, lambda _: "It is noon.") as house:
        with runtime.bus.subscribe(LLMUsedEvent, name="test") as accounts:
            fresh = await house.ask(user("Time?"), temperature=0.0)
            began = runtime.clock.monotonic()
            pieces: list[str] = []
            async with runtime.bus.ask(
                LLMRequestEvent(messages=(user("Time?"),), temperature=0.0)
            ) as answers:
                async for answer in answers:
                    if isinstance(answer, LLMTokenEvent):
                        pieces.append(answer.text)
                    else:
                        assert isinstance(answer, LLMResponseEvent)
                        assert (answer.text, answer.cached) == (fresh.text, True)
            assert runtime.clock.monotonic() - began < 0.1
            assert len(pieces) > 1
            again = await house.ask(user("Time?"), temperature=0.0, owner="bert")
            assert not again.cached
            told = [await accounts.next() for _ in range(3)]
        assert [
            (one.event.owner, one.event.cached) for one in told if one and isinstance(one.event, LLMUsedEvent)
        ] == [
            ("local", False),
            ("local", True),
            ("bert", False),
        ]
        assert len(house.made[0].requests) == 3, "warm-up, and one for each person"


async def test_a_talk_at_its_usual_warmth_is_never_given_again(runtime: Runtime, tmp_path: Path) -> None:
    async with running(runtime, tmp_path, lambda _: "Noon.") as house:
        assert not (await house.ask(user("Time?"))).cached
        assert not (await house.ask(user("Time?"))).cached
    assert list(tmp_path.iterdir()) == []


async def test_thoughts_and_the_repeated_question_are_no_part_of_the_answer(
    runtime: Runtime, tmp_path: Path
) -> None:
    text = "<think>Well.</think>What time is it?\nIt is noon."
    async with running(runtime, tmp_path, lambda _: text) as house:
        assert (await house.ask(user("What time is it?"))).text == "It is noon."


async def test_a_long_conversation_is_fitted_and_said_to_be(runtime: Runtime, tmp_path: Path) -> None:
    long = [
        message
        for number in range(60)
        for message in (
            user(f"Question {number}? " + "word " * 10),
            ChatMessage(role="assistant", content="yes " * 10),
        )
    ]
    async with running(runtime, tmp_path) as house:
        await house.ask(*long, user("And now?"), max_tokens=50)
        sent = house.made[0].requests[-1].messages
    assert sent[-1] == user("And now?")
    assert len(sent) < 40
    assert sent[0].content.startswith("(What we said before, in short:\n- Question")


async def test_the_prompt_of_the_voice_is_read_before_it_is_ready(runtime: Runtime, tmp_path: Path) -> None:
    settings = LlmSettings(
        generation=GenerationSettings(engine="scripted"),
        prompts=PromptsSettings(channels={"voice": "Whisper."}),
    )
    async with running(runtime, tmp_path, settings=settings) as house:
        assert house.made[0].requests[0].messages[0].content == "Whisper."
