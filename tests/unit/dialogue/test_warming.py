"""The model reads a dialogue while the person still speaks."""

from __future__ import annotations

import anyio
import pytest

from app.config.settings import Settings
from app.db.engine import Database
from app.dialogue.context import prefix
from app.dialogue.history import Draft, History
from app.events.llm import LLMRequestEvent
from app.events.voice import SpeechStartedEvent, WakeWordEvent
from app.kernel.runtime import Runtime
from tests.unit.dialogue.scripted import Model, running, say, until

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

WOKEN = WakeWordEvent(word="hey_jarvis", score=0.9, sample=0, engine="scripted")
SPEAKS = SpeechStartedEvent(turn="t9", sample=0)


async def spoken_before(runtime: Runtime, database: Database) -> None:
    """What was said before Solo was started again."""
    history = History(database, runtime.clock)
    owner = SPEAKS.owner
    await history.begin(owner, Draft("user", "I live in Ulm.", "voice", "t1"), "d1")
    await history.append(owner, Draft("assistant", "Nice.", "voice", "t1"), "d1")


def readings(model: Model) -> list[LLMRequestEvent]:
    return [asked for asked in model.asked if asked.read_only]


async def asked_for(model: Model, count: int) -> None:
    async def there() -> bool:
        return len(model.asked) >= count

    await until(there)


async def test_what_is_read_is_how_the_prompt_begins(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    await spoken_before(runtime, database)
    model = Model()
    async with running(runtime, settings, database, model):
        runtime.bus.publish(WOKEN)
        await asked_for(model, 1)
        await say(runtime, "where do I live", channel="voice")
    reading, answering = model.asked
    assert reading.read_only
    assert not answering.read_only
    assert reading.dialogue == answering.dialogue == "d1"
    assert answering.messages[: len(reading.messages)] == reading.messages
    assert len(answering.messages) == len(reading.messages) + 1


async def test_what_was_read_or_answered_is_not_read_again(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    await spoken_before(runtime, database)
    model = Model()
    async with running(runtime, settings, database, model):
        for event in (WOKEN, SPEAKS):
            runtime.bus.publish(event)
        await asked_for(model, 1)
        await say(runtime, "where do I live", channel="voice")
        runtime.bus.publish(SPEAKS)
        await say(runtime, "and you", channel="voice")
    assert len(readings(model)) == 1


async def test_a_new_dialogue_has_nothing_to_be_read(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    model = Model()
    async with running(runtime, settings, database, model):
        runtime.bus.publish(WOKEN)
        await say(runtime, "hello", channel="voice")
    assert readings(model) == []


async def test_the_answer_does_not_wait_until_all_is_read(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    await spoken_before(runtime, database)
    model = Model(gate=anyio.Event(), gate_at=0)
    async with running(runtime, settings, database, model):
        runtime.bus.publish(WOKEN)
        await model.reached.wait()
        model.gate = None
        await say(runtime, "where do I live", channel="voice")
        assert len(model.asked) == 2


def test_without_history_only_the_system_prompt_is_sure() -> None:
    assert [message.role for message in prefix("Be brief.", [])] == ["system"]
    assert prefix("", []) == ()
