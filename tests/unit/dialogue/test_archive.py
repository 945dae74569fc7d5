"""Dialogues as wholes: listed, searched, named and taken away for good."""

from __future__ import annotations

import anyio
import pytest
from sqlalchemy import insert, select

from app.config.settings import Settings
from app.db.engine import Database
from app.db.tables import DialogueNameRow, MemoryRow, MessageRow, OwnerRow
from app.dialogue.history import Draft, History
from app.dialogue.shelf import Shelf
from app.events.base import Answer
from app.events.dialogue import (
    AnswerOptions,
    DeleteDialogueEvent,
    DialogueDeletedEvent,
    DialogueListEvent,
    DialogueNamedEvent,
    DialoguesEvent,
    ListDialoguesEvent,
    NameDialogueEvent,
    ReadDialoguesEvent,
)
from app.events.llm import Sampling
from app.events.memory import ForgetEvent, ForgottenEvent
from app.kernel.errors import BadInput, NotFound
from app.kernel.runtime import Runtime
from tests.unit.dialogue.scripted import Model, running, say

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]


async def test_they_are_listed_the_latest_first(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model()):
        _, one = await say(runtime, "one " + "x" * 300)
        _, two = await say(runtime, "two")
        await say(runtime, "and more", dialogue=one.dialogue)
        listed = await runtime.bus.request(ListDialoguesEvent(limit=5), DialogueListEvent)
    assert [line.dialogue for line in listed.dialogues] == [one.dialogue, two.dialogue]
    assert [line.messages for line in listed.dialogues] == [4, 2]
    assert listed.dialogues[0].begins == "one " + "x" * 116
    assert listed.dialogues[1].name == ""


async def test_messages_are_found_by_all_of_their_words_whatever_their_case(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model(words=["Well."])):
        _, first = await say(runtime, "The ÄPFEL are 100% ripe")
        await say(runtime, "The apples are 1000 ripe")

        async def found(words: str, dialogue: str | None = None) -> list[str]:
            asked = ReadDialoguesEvent(words=words, dialogue=dialogue, limit=10)
            return [m.content for m in (await runtime.bus.request(asked, DialoguesEvent)).messages]

        assert await found("RIPE 100%") == ["The ÄPFEL are 100% ripe"]
        assert await found("äpfel") == ["The ÄPFEL are 100% ripe"]
        assert len(await found("ripe")) == 2
        assert await found("well", first.dialogue) == ["Well."]


async def test_a_name_is_one_dialogues_alone_and_can_be_taken_away(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model()):
        _, one = await say(runtime, "one")
        _, two = await say(runtime, "two")

        async def name(dialogue: str, called: str) -> str:
            asked = NameDialogueEvent(dialogue=dialogue, name=called)
            return (await runtime.bus.request(asked, DialogueNamedEvent)).name

        assert await name(one.dialogue, "  The\n trip ") == "The trip"
        assert await name(one.dialogue, "the trip") == "the trip"
        with pytest.raises(BadInput, match="called 'The Trip' already"):
            await name(two.dialogue, "The Trip")
        with pytest.raises(BadInput, match="100 characters"):
            await name(two.dialogue, "x" * 101)
        with pytest.raises(NotFound):
            await name("nowhere", "x")
        assert await name(one.dialogue, "") == ""
        assert await name(two.dialogue, "The Trip") == "The Trip"


async def test_what_is_deleted_is_in_no_file_any_more(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    model = Model(words=["Quizzacious."])
    async with running(runtime, settings, database, model):
        _, gone = await say(runtime, "zanzibarix")
        model.words = ["Well."]
        _, kept = await say(runtime, "something else")
        name = NameDialogueEvent(dialogue=gone.dialogue, name="vexillum")
        await runtime.bus.request(name, DialogueNamedEvent)
        await _remember(database, runtime, gone.dialogue, "zanzibarix")
        done = await runtime.bus.request(DeleteDialogueEvent(dialogue=gone.dialogue), DialogueDeletedEvent)
        listed = await runtime.bus.request(ListDialoguesEvent(), DialogueListEvent)
        with pytest.raises(NotFound, match="no dialogue"):
            await say(runtime, "go on", dialogue=gone.dialogue)
        with pytest.raises(NotFound, match="no dialogue"):
            await runtime.bus.request(DeleteDialogueEvent(dialogue=gone.dialogue), DialogueDeletedEvent)
    assert done.messages == 2
    assert [line.dialogue for line in listed.dialogues] == [kept.dialogue]
    async with database.session() as session:
        assert (await session.execute(select(DialogueNameRow))).all() == []
        assert (await session.execute(select(MemoryRow))).all() == []
        assert len((await session.execute(select(MessageRow))).all()) == 2
    everything = b"".join(file.read_bytes() for file in settings.data_dir.iterdir() if file.is_file())
    for word in (b"zanzibarix", b"Quizzacious", b"vexillum"):
        assert word not in everything


async def _remember(database: Database, runtime: Runtime, dialogue: str, words: str) -> None:
    async with database.write() as session:
        row = {"id": "m", "owner_id": "local", "text": words, "speaker": "user", "part": 0, "turn_id": "t"}
        now = runtime.clock.now()
        await session.execute(insert(MemoryRow).values(**row, dialogue_id=dialogue, created_at=now))


async def test_memory_is_told_to_forget_it_first(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    asked: list[ForgetEvent] = []

    async def forget(request: ForgetEvent) -> object:
        asked.append(request)
        yield ForgottenEvent(count=3)

    async with (
        running(runtime, settings, database, Model()),
        runtime.bus.serve(ForgetEvent, forget, name="memory"),  # type: ignore[arg-type]
    ):
        _, reply = await say(runtime, "one")
        done = await runtime.bus.request(DeleteDialogueEvent(dialogue=reply.dialogue), DialogueDeletedEvent)
    assert [request.dialogue for request in asked] == [reply.dialogue]
    assert done.memories == 3


async def test_deleting_waits_for_the_turn_that_is_being_answered(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    model = Model()
    async with running(runtime, settings, database, model):
        _, first = await say(runtime, "one")
        model.gate = anyio.Event()
        done: list[Answer] = []

        async def delete() -> None:
            asked = DeleteDialogueEvent(dialogue=first.dialogue)
            done.append(await runtime.bus.request(asked, DialogueDeletedEvent))

        async with anyio.create_task_group() as group:
            group.start_soon(lambda: say(runtime, "two", dialogue=first.dialogue))
            await model.reached.wait()
            group.start_soon(delete)
            await anyio.sleep(0.02)
            assert not done
            model.gate.set()
    assert [answer.messages for answer in done if isinstance(answer, DialogueDeletedEvent)] == [4]


async def test_a_spoken_dialogue_that_was_deleted_is_not_gone_on_with(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model()):
        _, first = await say(runtime, "one", channel="voice")
        await runtime.bus.request(DeleteDialogueEvent(dialogue=first.dialogue), DialogueDeletedEvent)
        _, second = await say(runtime, "two", channel="voice")
    assert second.dialogue != first.dialogue


async def test_a_stranger_finds_names_and_deletes_nothing(runtime: Runtime, database: Database) -> None:
    async with database.write() as session:
        await session.execute(insert(OwnerRow).values(id="eve", name="", created_at=runtime.clock.now()))
    await History(database, runtime.clock).begin("local", Draft("user", "mine", "shell", "t"), "d")
    shelf = Shelf(database)
    assert await shelf.all("eve", 10) == []
    assert await shelf.messages("eve", 10, "d") == []
    assert await shelf.messages("eve", 10, words="mine") == []
    with pytest.raises(NotFound):
        await shelf.name("eve", "d", "hers")
    with pytest.raises(NotFound):
        await shelf.delete("eve", "d")
    assert len(await shelf.messages("local", 10, "d")) == 1


async def test_one_turn_is_answered_as_wished_and_the_next_as_ever(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    model = Model()
    wished = AnswerOptions(
        role="analysis",
        model="openai:gpt-5-mini",
        system="Be brief.",
        max_tokens=7,
        temperature=0.1,
        seed=3,
        sampling=Sampling(top_p=0.5),
    )
    async with running(runtime, settings, database, model):
        _, first = await say(runtime, "one", options=wished)
        await say(runtime, "two", dialogue=first.dialogue)
    special, usual = model.asked
    assert (special.role, special.model, special.max_tokens) == ("analysis", "openai:gpt-5-mini", 7)
    assert (special.temperature, special.seed, special.sampling.top_p) == (0.1, 3, 0.5)
    assert special.messages[0].content == "Be brief."
    assert (usual.role, usual.model, usual.max_tokens, usual.temperature) == ("generation", "", None, None)
    assert usual.messages[0].content == settings.llm.generation.system_prompt


def test_options_come_from_one_row_of_names() -> None:
    flat = {"model": "m", "temperature": 0.5, "top_p": 0.9, "top_k": 3}
    made = AnswerOptions.flat(flat)
    assert (made.model, made.temperature, made.sampling) == ("m", 0.5, Sampling(top_p=0.9, top_k=3))
    assert AnswerOptions.flat({}) == AnswerOptions()
