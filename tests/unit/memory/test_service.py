"""Memory on a real database with scripted embeddings."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from app.db.engine import Database
from app.db.tables import OwnerRow
from app.dialogue.history import Draft, History
from app.events.base import Answer
from app.events.llm import EmbeddedEvent, EmbedEvent
from app.events.memory import ForgetEvent, ForgottenEvent, RecalledEvent, RecallEvent
from app.events.voice import ReplySpokenEvent
from app.kernel.errors import BrokenFile
from app.kernel.runtime import Runtime
from app.memory.embedder import QUESTIONS, STRANGERS
from app.memory.indexes.numpy import NumpyIndex
from app.memory.store import Store
from tests.distractors import distractors
from tests.remembering import (
    START,
    embedded,
    ended,
    recall,
    remembering,
    said,
    scripted_embedding,
    until,
)

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]

ADA = "my sister's name is Ada"


async def remembered(runtime: Runtime, query: str, line: str) -> None:
    async def there() -> bool:
        return line in await recall(runtime, query, loose=True)

    await until(there)


async def test_what_was_said_is_recalled_at_once_and_after_a_restart(
    runtime: Runtime, database: Database
) -> None:
    async with remembering(runtime, database, scripted_embedding(runtime)):
        runtime.bus.publish(ended("t1", ADA, "Nice name."))
        await remembered(runtime, "What is my sister's name?", ADA)
    async with remembering(runtime, database, scripted_embedding(runtime)) as slot:
        await embedded(Store(database, runtime.clock), slot)
        assert (await recall(runtime, "What is my sister's name?"))[0] == ADA
        assert slot.name == "numpy"


async def test_one_line_among_two_thousand_is_in_a_prompt_of_300_tokens(
    runtime: Runtime, database: Database
) -> None:
    store = Store(database, runtime.clock)
    lines = distractors()
    lines.insert(500, ADA)
    await store.add(said(lines))
    async with remembering(runtime, database, scripted_embedding(runtime)):
        found = await recall(runtime, "What is my sister's name?", budget_tokens=300, limit=24)
    assert ADA in found
    assert sum(len(line) for line in found) < 300 * 4


async def test_without_embeddings_it_is_found_by_words(runtime: Runtime, database: Database) -> None:
    async with remembering(runtime, database, None) as slot:
        runtime.bus.publish(ended("t1", ADA))
        await remembered(runtime, "sister", ADA)
        assert slot.name == ""


async def test_what_is_forgotten_is_in_no_file_and_no_index_and_stays_away(
    runtime: Runtime, database: Database
) -> None:
    secret = "my locker code is zanzibarix"
    store = Store(database, runtime.clock)
    async with remembering(runtime, database, scripted_embedding(runtime)) as slot:
        runtime.bus.publish(ended("t1", secret))
        runtime.bus.publish(ended("t2", ADA))
        await remembered(runtime, "locker code", secret)
        await embedded(store, slot)
        found = await runtime.bus.request(RecallEvent(query="locker code", loose=True), RecalledEvent)
        ids = tuple(memory.id for memory in found.memories if memory.text == secret)
        gone = await runtime.bus.request(ForgetEvent(ids=(*ids, "nonesuch")), ForgottenEvent)
        assert gone.count == 1
        assert secret not in await recall(runtime, "locker code", loose=True)
        assert await store.vector_ids("local", "scripted") == await slot._quick.ids("local")
    folder = database.file.parent
    assert [file.name for file in folder.iterdir() if b"zanzibarix" in file.read_bytes()] == []
    async with database.session() as session:
        count = (await session.execute(text("SELECT count(*) FROM memory_vectors"))).scalar_one()
    assert count == 1


async def test_one_owner_is_never_answered_from_anothers_memory(runtime: Runtime, database: Database) -> None:
    async with database.write() as session:
        await session.execute(insert(OwnerRow).values(id="eve", name="Eve", created_at=START))
    store = Store(database, runtime.clock)
    await store.add(said([ADA]) + said(["my sister's name is Eva"], owner="eve"))
    async with remembering(runtime, database, scripted_embedding(runtime)) as slot:
        await embedded(store, slot)
        assert await recall(runtime, "my sister's name", loose=True) == [ADA]
        assert await recall(runtime, "my sister's name", owner="eve", loose=True) == [
            "my sister's name is Eva"
        ]
        found = await runtime.bus.request(RecallEvent(query="sister", loose=True), RecalledEvent)
        ids = tuple(memory.id for memory in found.memories)
        gone = await runtime.bus.request(ForgetEvent(owner="eve", ids=ids), ForgottenEvent)
        assert gone.count == 0
        assert await recall(runtime, "my sister's name", loose=True) == [ADA]


async def test_each_ones_lines_are_embedded_on_their_own_account(
    runtime: Runtime, database: Database
) -> None:
    async with database.write() as session:
        await session.execute(insert(OwnerRow).values(id="eve", name="Eve", created_at=START))
    store = Store(database, runtime.clock)
    await store.add(said([ADA, "I like tea"]) + said(["I like milk"], owner="eve"))
    await store.add(said(["the drill is lent"], prefix="new"))
    paid: dict[str, str] = {}

    async def embed(request: EmbedEvent) -> AsyncGenerator[Answer, None]:
        paid.update(dict.fromkeys(request.texts, request.owner))
        yield EmbeddedEvent(vectors=tuple((0.6, 0.8) for _ in request.texts), model="paid-for")

    async with runtime.bus.serve(EmbedEvent, embed, name="embedding"):
        async with remembering(runtime, database, None) as slot:
            await embedded(store, slot)
    assert {text: owner for text, owner in paid.items() if text not in QUESTIONS + STRANGERS} == {
        ADA: "local",
        "I like tea": "local",
        "I like milk": "eve",
        "the drill is lent": "local",
    }


async def test_words_that_are_in_the_prompt_anyway_are_not_recalled(
    runtime: Runtime, database: Database
) -> None:
    async with remembering(runtime, database, None):
        runtime.bus.publish(ended("t1", ADA))
        await remembered(runtime, "sister", ADA)
        assert await recall(runtime, "my sister's name", exclude_turns=("t1",)) == []


async def test_of_a_reply_that_was_cut_off_nothing_is_remembered(
    runtime: Runtime, database: Database
) -> None:
    async with remembering(runtime, database, None):
        runtime.bus.publish(ended("t1", "tell me about otters", "Otters hold hands while they sleep."))
        await remembered(runtime, "otters sleep", "Otters hold hands while they sleep.")
        runtime.bus.publish(ReplySpokenEvent(turn="t1", heard="Otters", unheard=" hold hands …"))

        async def gone() -> bool:
            return await recall(runtime, "otters sleep", loose=True) == ["tell me about otters"]

        await until(gone)


async def test_what_the_history_has_and_memory_has_not_is_caught_up_with(
    runtime: Runtime, database: Database
) -> None:
    history = History(database, runtime.clock)
    line = await history.begin("local", Draft("user", ADA, "shell", "t1"), "d1")
    await history.append("local", Draft("assistant", "Nice name.", "shell", "t1"), line.dialogue)
    async with remembering(runtime, database, None):
        await remembered(runtime, "sister name", ADA)
        found = await runtime.bus.request(RecallEvent(query="sister name", loose=True), RecalledEvent)
        ids = tuple(memory.id for memory in found.memories)
        await runtime.bus.request(ForgetEvent(ids=ids), ForgottenEvent)
    async with remembering(runtime, database, None):
        runtime.bus.publish(ended("t2", "the sister ship sailed"))
        await remembered(runtime, "sister", "the sister ship sailed")
        assert ADA not in await recall(runtime, "sister name", loose=True)


async def test_what_a_skill_did_is_not_remembered_and_not_caught_up_with(
    runtime: Runtime, database: Database
) -> None:
    history = History(database, runtime.clock)
    await history.begin("local", Draft("user", "hello", "shell", "t1"), "d1")
    async with remembering(runtime, database, None):
        runtime.bus.publish(ended("t2", "what time is it now", "It's seven.", skill="TellTime"))
        runtime.bus.publish(ended("t3", ADA))
        await remembered(runtime, "sister", ADA)
        assert "It's seven." not in await recall(runtime, "what time is it seven", loose=True)
    await history.append("local", Draft("user", "what time is it now", "shell", "t2"), "d1")
    async with remembering(runtime, database, None):
        assert "what time is it now" not in await recall(runtime, "what time is it now", loose=True)


async def test_a_long_text_is_kept_in_parts_that_fit_a_prompt(runtime: Runtime, database: Database) -> None:
    story = " ".join(f"On day {number} we walked to the lake number {number}." for number in range(200))
    async with remembering(runtime, database, None):
        runtime.bus.publish(ended("t1", story))

        async def there() -> bool:
            return bool(await recall(runtime, "lake number 137", budget_tokens=300))

        await until(there)
        assert "number 137." in (await recall(runtime, "day 137 lake number 137", budget_tokens=300))[0]


class Breaking(NumpyIndex):
    """An index that holds until it is told to break."""

    name = "breaking"
    broken = False
    cleared = 0

    async def search(self, owner, vector, limit):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        if self.broken:
            raise BrokenFile("The vector index is damaged.")
        return await super().search(owner, vector, limit)

    async def clear(self) -> None:
        self.cleared += 1
        await super().clear()


async def test_an_index_that_breaks_is_cleared_and_the_rows_answer(
    runtime: Runtime, database: Database
) -> None:
    store = Store(database, runtime.clock)
    await store.add(said([ADA, "the cat is grey"]))
    made: list[Breaking] = []

    def factory(model: str) -> Breaking:
        made.append(Breaking(Path(), model))
        return made[-1]

    with pytest.RaisesGroup(BrokenFile, flatten_subgroups=True):
        async with remembering(runtime, database, scripted_embedding(runtime), factory=factory) as slot:
            await embedded(store, slot)

            async def attached() -> bool:
                return slot.name == "breaking"

            await until(attached)
            assert ADA in await recall(runtime, "my sister's name")
            made[0].broken = True
            assert ADA in await recall(runtime, "my sister's name")
            await until(attached, 2)
    assert made[0].cleared == 1
