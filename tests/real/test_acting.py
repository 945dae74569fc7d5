"""Whole turns with tools: the real model calls, Solo's own toolbox carries it out, the answer says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config.llm import GenerationSettings, LlmSettings
from app.config.settings import Settings
from app.events.dialogue import AnswerOptions, ReplyEvent, ReplyStepEvent, UserSaidEvent
from app.events.skills import ListTimersEvent, TimersEvent
from app.kernel.runtime import Runtime
from app.main import serving
from tests.conftest import MODELS

pytestmark = [pytest.mark.anyio, pytest.mark.real_time, pytest.mark.needs("models")]

GREEDY = AnswerOptions(temperature=0)


async def said(
    runtime: Runtime, text: str, dialogue: str | None = None
) -> tuple[ReplyEvent, list[ReplyStepEvent]]:
    request = UserSaidEvent(
        text=text, channel="shell", turn=runtime.clock.new_id(), dialogue=dialogue, options=GREEDY
    )
    steps: list[ReplyStepEvent] = []
    async with runtime.bus.ask(request) as answers:
        async for answer in answers:
            if isinstance(answer, ReplyStepEvent):
                steps.append(answer)
            elif isinstance(answer, ReplyEvent):
                return answer, steps
    raise AssertionError("no reply")


async def test_the_model_has_solo_reckon_and_set_a_timer_and_answers_from_that(tmp_path: Path) -> None:
    role = GenerationSettings(model="qwen2.5-coder-0.5b-instruct", context=4096)
    settings = Settings(data_dir=tmp_path, models_dir=MODELS, llm=LlmSettings(generation=role))
    async with serving(settings, {"dialogue"}) as runtime:
        reply, steps = await said(runtime, "Please calculate 17 times 23.")
        assert [(step.tool, step.ok) for step in steps if step.done] == [("calculate", True)]
        assert "391" in reply.text

        reply, steps = await said(
            runtime, "I am boiling potatoes and want a timer, fifteen minutes or so.", reply.dialogue
        )
        assert "set_timer" in {step.tool for step in steps if step.done and step.ok}
        timers = (await runtime.bus.request(ListTimersEvent(), TimersEvent)).timers
        assert [timer.seconds for timer in timers] == [900]
        assert "```" not in reply.text
        assert '"arguments"' not in reply.text

        reply, steps = await said(runtime, "What is the capital of France?", reply.dialogue)
        assert not steps
        assert "Paris" in reply.text
