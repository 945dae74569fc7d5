"""The model reads a dialogue while the person still speaks."""

from __future__ import annotations

import anyio
import pytest

from app.config.settings import Settings
from app.db.engine import Database
from app.dialogue.context import Line, opening
from app.dialogue.history import Draft, History
from app.dialogue.warming import Warming
from app.events.llm import ChatMessage, LLMRequestEvent
from app.events.voice import PartialTranscriptEvent, ReplySpokenEvent, SpeechStartedEvent, WakeWordEvent
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
    assert answering.messages[:-1] == reading.messages[:-1]
    assert reading.messages[-1] == ChatMessage(role="user", content="")


async def test_what_was_read_is_not_read_again_and_what_is_new_is(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    await spoken_before(runtime, database)
    model = Model()
    async with running(runtime, settings, database, model):
        for event in (WOKEN, SPEAKS):
            runtime.bus.publish(event)
        await asked_for(model, 1)
        await say(runtime, "where do I live", channel="voice", turn="t8")
        runtime.bus.publish(SPEAKS)  # over the answer: not yet
        runtime.bus.publish(ReplySpokenEvent(turn="t8", heard="Paris it is.", unheard=""))
        runtime.bus.publish(SPEAKS)
        await asked_for(model, 3)
        await say(runtime, "and you", channel="voice")
    first, second = readings(model)
    assert len(second.messages) == len(first.messages) + 2


async def test_words_are_read_while_they_are_spoken(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    await spoken_before(runtime, database)
    model = Model()
    async with running(runtime, settings, database, model):
        runtime.bus.publish(PartialTranscriptEvent(turn="t9", text="where do"))
        await asked_for(model, 1)
        await say(runtime, "where do I live", channel="voice")
    reading, answering = model.asked
    assert reading.read_only
    assert reading.dialogue == answering.dialogue
    assert reading.messages[:-1] == answering.messages[:-1]
    assert answering.messages[-1].content.startswith(reading.messages[-1].content)


async def test_words_of_another_language_are_read_with_what_is_told_about_it(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    await spoken_before(runtime, database)
    model = Model()
    async with running(runtime, settings, database, model):
        runtime.bus.publish(PartialTranscriptEvent(turn="t9", text="Wo wohne", language="de"))
        await asked_for(model, 1)
        await say(runtime, "Wo wohne ich?", channel="voice", language="de")
    reading, answering = model.asked
    assert reading.messages[-1].content == "(Please answer in German.)\n\nWo wohne"
    assert reading.messages[:-1] == answering.messages[:-1]
    assert answering.messages[-1].content.startswith(reading.messages[-1].content)


async def test_nothing_is_read_of_a_dialogue_that_is_being_answered(runtime: Runtime) -> None:
    model, warming = Model(), Warming(runtime.bus)
    messages = (ChatMessage(role="user", content="no I mean"),)
    async with runtime.bus.serve(LLMRequestEvent, model.serve, name="llm"):
        warming.begin("d1")
        await warming.read("local", "d1", messages)
        assert model.asked == []
        warming.end("d1")
        await warming.read("local", "d1", messages)
    assert len(model.asked) == 1


async def test_a_new_dialogue_has_nothing_to_be_read(
    runtime: Runtime, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, woken = Model(), anyio.Event()

    def watched(system: str, lines: list[Line]) -> tuple[ChatMessage, ...]:
        woken.set()
        return opening(system, lines)

    monkeypatch.setattr("app.dialogue.service.opening", watched)
    async with running(runtime, settings, database, model):
        runtime.bus.publish(WOKEN)
        await woken.wait()  # heard after the answer, the same word finds a dialogue to be read
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


def test_without_history_there_is_nothing_to_be_read() -> None:
    assert opening("Be brief.", []) == ()
