"""A turn that may yet be taken back leaves no trace until it is committed."""

from __future__ import annotations

from contextlib import AsyncExitStack

import anyio
import pytest

from app.config.settings import Settings
from app.db.engine import Database
from app.events.dialogue import (
    ReplyDeltaEvent,
    ReplyEvent,
    ReplyWrittenEvent,
    TurnCommittedEvent,
    TurnEndedEvent,
    TurnStartedEvent,
    UserSaidEvent,
)
from app.kernel.errors import SoloError, Unavailable
from app.kernel.runtime import Runtime
from tests.unit.dialogue.scripted import Model, running, say

from .test_service import lines_of

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]


def provisional(text: str = "tell me", turn: str = "t", revision: int = 0) -> UserSaidEvent:
    return UserSaidEvent(turn=turn, revision=revision, text=text, channel="voice", provisional=True)


async def test_it_is_answered_at_once_and_written_down_when_it_is_committed(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model()):
        with runtime.bus.subscribe(TurnStartedEvent, TurnEndedEvent, name="test") as facts:
            async with runtime.bus.ask(provisional()) as answers:
                words = aiter(answers)
                text = ""
                while text != "Paris it is.":
                    delta = await anext(words)
                    assert isinstance(delta, ReplyDeltaEvent)
                    text += delta.text
                with anyio.fail_after(5):
                    assert isinstance(await anext(words), ReplyWrittenEvent)
                assert await lines_of(runtime, database) == []
                assert facts.pending() == 0
                runtime.bus.publish(TurnCommittedEvent(turn="t"))
                whole = await anext(words)
            assert isinstance(whole, ReplyEvent)
            assert whole.text == "Paris it is."
            assert facts.pending() == 2
    assert [line.content for line in await lines_of(runtime, database)] == ["tell me", "Paris it is."]


async def test_it_may_be_committed_before_it_is_taken_up(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model()):
        runtime.bus.publish(TurnCommittedEvent(turn="t", revision=2))
        await runtime.bus.request(provisional(revision=2), ReplyEvent)
    assert len(await lines_of(runtime, database)) == 2


async def test_taken_back_it_leaves_nothing_and_the_next_revision_begins_the_dialogue(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    model = Model()
    async with running(runtime, settings, database, model):
        async with runtime.bus.ask(provisional("what is the capital")) as answers:
            async for answer in answers:
                if isinstance(answer, ReplyDeltaEvent):
                    break
        runtime.bus.publish(TurnCommittedEvent(turn="t", revision=1))
        await runtime.bus.request(provisional("what is the capital of France", revision=1), ReplyEvent)
        await say(runtime, "and of Italy", channel="voice")
    assert [line.content for line in await lines_of(runtime, database)] == [
        "what is the capital of France",
        "Paris it is.",
        "and of Italy",
        "Paris it is.",
    ]
    assert all("capital\n" not in message.content for one in model.asked[1:] for message in one.messages)


async def test_a_failure_is_told_when_it_is_committed_and_the_words_are_kept(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    model = Model(words=[], error=Unavailable("It is down."))
    async with running(runtime, settings, database, model), AsyncExitStack() as stack:
        answers = await stack.enter_async_context(runtime.bus.ask(provisional()))

        async def told() -> SoloError:
            with pytest.raises(SoloError) as caught:
                async for _ in answers:
                    pass
            return caught.value

        with anyio.move_on_after(0.2) as waited:
            await told()
        assert waited.cancelled_caught
        assert await lines_of(runtime, database) == []
        runtime.bus.publish(TurnCommittedEvent(turn="t"))
        assert "down" in str(await told())
    (line,) = await lines_of(runtime, database)
    assert (line.content, line.finish) == ("tell me", "failed")


async def test_another_persons_word_commits_nothing(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model()):
        runtime.bus.publish(TurnCommittedEvent(turn="t", owner="somebody else"))
        with anyio.move_on_after(0.2):
            await runtime.bus.request(provisional(), ReplyEvent)
    assert await lines_of(runtime, database) == []
