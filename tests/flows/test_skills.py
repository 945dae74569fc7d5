"""From a sentence to what is done, through dialogue, skills and rows, without a language model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from app.config.settings import Settings
from app.db.engine import Database
from app.dialogue.history import History
from app.events.dialogue import (
    ReplyDeltaEvent,
    ReplyEvent,
    TurnCommittedEvent,
    TurnEndedEvent,
    UserSaidEvent,
)
from app.events.skills import AnnouncementEvent, ListTimersEvent, TimersEvent
from app.kernel.runtime import Runtime
from app.kernel.supervisor import Supervisor
from app.skills.specs import skill_specs
from tests.unit.dialogue.scripted import Model, Recall, running, say

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]


@asynccontextmanager
async def house(
    runtime: Runtime, folder: Path, model: Model | None, recall: Recall | None = None
) -> AsyncIterator[Database]:
    settings = Settings(data_dir=folder)
    async with Database(folder) as database:
        made = skill_specs(runtime, settings, lambda: database, rings=True)
        specs = [replace(spec, needs=()) for spec in made]
        async with Supervisor(runtime, specs).running() as supervisor:
            await supervisor.ready()
            async with running(runtime, settings, database, model, recall):
                yield database


async def test_a_command_is_answered_without_a_model_and_stands_in_the_history(
    runtime: Runtime, tmp_path: Path
) -> None:
    recall = Recall(["something"])
    async with house(runtime, tmp_path, None, recall) as database:
        with runtime.bus.subscribe(TurnEndedEvent, name="test") as ended:
            deltas, reply = await say(runtime, "Set a pasta timer for ten minutes.")
            fact = await anext(aiter(ended))
        assert deltas == ["Pasta timer set for 10 minutes."]
        assert (reply.text, reply.model, reply.finish) == ("Pasta timer set for 10 minutes.", "", "stop")
        assert (fact.finish, fact.reply_text) == ("stop", reply.text)
        (timer,) = (await runtime.bus.request(ListTimersEvent(), TimersEvent)).timers
        assert (timer.name, timer.seconds) == ("pasta", 600)
        lines = await History(database, runtime.clock).latest("local", 10)
        assert [(line.role, line.content, line.sent) for line in lines] == [
            ("user", "Set a pasta timer for ten minutes.", "Set a pasta timer for ten minutes."),
            ("assistant", reply.text, reply.text),
        ]
    assert not recall.asked


async def test_everything_else_goes_to_the_model_which_knows_what_was_said(
    runtime: Runtime, tmp_path: Path
) -> None:
    model = Model()
    async with house(runtime, tmp_path, model):
        _, first = await say(runtime, "What time is it?")
        _, second = await say(runtime, "What time is it in Tokyo?", dialogue=first.dialogue)
        assert second.model == "scripted"
        assert [message.content for message in model.asked[0].messages if message.role != "system"] == [
            "What time is it?",
            first.text,
            "What time is it in Tokyo?",
        ]
        _, third = await say(runtime, "Say that again.", dialogue=first.dialogue)
        assert third.text == "Paris it is."
        _, fourth = await say(runtime, "What did I just say?", dialogue=first.dialogue)
        assert fourth.text == "You said: Say that again."


async def test_a_timer_that_was_asked_for_is_announced(runtime: Runtime, tmp_path: Path) -> None:
    async with house(runtime, tmp_path, None):
        with runtime.bus.subscribe(AnnouncementEvent, name="test") as facts, anyio.fail_after(20):
            await say(runtime, "Set a timer for one second")
            assert (await anext(aiter(facts))).text == "Your 1 second timer is done."


async def test_a_command_takes_a_few_milliseconds(runtime: Runtime, tmp_path: Path) -> None:
    async with house(runtime, tmp_path, None):
        took: list[float] = []
        for _ in range(10):
            began = runtime.clock.monotonic()
            await say(runtime, "What time is it?")
            took.append(runtime.clock.monotonic() - began)
        assert min(took) < 0.05


async def test_what_was_said_provisionally_is_done_when_it_is_certain_and_not_before(
    runtime: Runtime, tmp_path: Path
) -> None:
    async def said(turn: str, text: str) -> str:
        request = UserSaidEvent(turn=turn, text=text, channel="voice", provisional=True)
        return (await runtime.bus.request(request, ReplyEvent)).text

    async def count() -> int:
        return len((await runtime.bus.request(ListTimersEvent(), TimersEvent)).timers)

    async with house(runtime, tmp_path, None) as database:
        with anyio.move_on_after(0.3):  # the person goes on: it is taken back
            await said("t1", "Set a timer for ten minutes")
        assert await count() == 0
        replies: list[str] = []

        async def ask() -> None:
            replies.append(await said("t2", "Set a timer for ten minutes"))

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await anyio.sleep(0.2)
            assert await count() == 0
            runtime.bus.publish(TurnCommittedEvent(turn="t2"))
        assert replies == ["Timer set for 10 minutes."]
        assert await count() == 1
        assert len(await History(database, runtime.clock).latest("local", 10)) == 2


async def test_what_changes_nothing_is_said_ahead(runtime: Runtime, tmp_path: Path) -> None:
    async with house(runtime, tmp_path, None):
        request = UserSaidEvent(turn="t1", text="What time is it?", channel="voice", provisional=True)
        with anyio.fail_after(5):
            async with runtime.bus.ask(request) as answers:
                first = await anext(aiter(answers))
                assert isinstance(first, ReplyDeltaEvent)
                assert first.text.startswith("It's ")
