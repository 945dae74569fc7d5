"""The dialogue service on a real database, with a scripted model and memory."""

from __future__ import annotations

import anyio
import pytest

from app.config.prompts import PromptsSettings
from app.config.settings import Settings
from app.db.engine import Database
from app.dialogue.context import Line
from app.dialogue.history import History
from app.events.dialogue import (
    DialoguesEvent,
    ReadDialoguesEvent,
    TurnCancelledEvent,
    TurnEndedEvent,
    TurnStartedEvent,
)
from app.events.voice import BargeInEvent, ReplySpokenEvent
from app.kernel.errors import (
    BadInput,
    Interrupted,
    NotFound,
    TooLarge,
    TurnCancelled,
    Unavailable,
)
from app.kernel.runtime import Runtime
from tests.unit.dialogue.scripted import Model, Recall, running, say, until

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]


async def lines_of(runtime: Runtime, database: Database, dialogue: str | None = None) -> list[Line]:
    return await History(database, runtime.clock).latest("local", 100, dialogue)


async def test_a_turn_is_answered_and_stored(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    model = Model()
    with runtime.bus.subscribe(TurnStartedEvent, TurnEndedEvent, name="test") as facts:
        async with running(runtime, settings, database, model):
            deltas, reply = await say(runtime, "What is the capital of France?", turn="t1")
        started, ended = await facts.next(), await facts.next()
    assert deltas == ["Paris", " it", " is."]
    assert (reply.text, reply.finish, reply.model) == ("Paris it is.", "stop", "scripted")
    user, assistant = await lines_of(runtime, database)
    assert (user.content, assistant.content) == ("What is the capital of France?", "Paris it is.")
    assert user.id == reply.dialogue == assistant.dialogue
    assert (user.turn, assistant.turn) == ("t1", "t1")
    assert started is not None
    assert isinstance(started.event, TurnStartedEvent)
    assert started.event.dialogue == reply.dialogue
    assert ended is not None
    assert isinstance(ended.event, TurnEndedEvent)
    assert ended.event.reply_text == "Paris it is."


async def test_a_dialogue_goes_on_and_its_prompt_only_grows_at_the_end(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    model = Model()
    async with running(runtime, settings, database, model, Recall(["my sister's name is Ada"])):
        _, first = await say(runtime, "one")
        await say(runtime, "two", dialogue=first.dialogue)
        await say(runtime, "three", dialogue=first.dialogue)
    prompts = [request.messages for request in model.asked]
    assert prompts[1][: len(prompts[0])] == prompts[0]
    assert prompts[2][: len(prompts[1])] == prompts[1]
    assert {request.dialogue for request in model.asked} == {first.dialogue}
    assert "- my sister's name is Ada\n" in prompts[0][-1].content
    stored = await lines_of(runtime, database)
    assert next(line.sent for line in stored if line.role == "user") == prompts[0][-1].content


async def test_what_the_model_is_told_hangs_on_the_way_in_and_on_the_person(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    told = PromptsSettings(channels={"shell": "Use Markdown."}, people={"local": "Anna is nine."})
    llm = settings.llm.model_copy(update={"prompts": told})
    model = Model()
    async with running(runtime, settings.model_copy(update={"llm": llm}), database, model):
        await say(runtime, "Hello", channel="shell")
        await say(runtime, "Hello", channel="voice")
    systems = [request.messages[0].content for request in model.asked]
    assert systems[0] == "Use Markdown.\n\nAnna is nine."
    assert systems[1] == f"{settings.llm.generation.system_prompt}\n\nAnna is nine."


async def test_a_dead_memory_never_blocks_an_answer(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model(), Recall(error=Unavailable("gone"))):
        _, reply = await say(runtime, "hello")
    assert reply.text == "Paris it is."
    async with running(runtime, settings, database, Model(), Recall(wait=60)):
        _, reply = await say(runtime, "hello")
    assert reply.text == "Paris it is."


async def test_without_recall_memory_is_not_asked(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    recall = Recall(["x"])
    async with running(runtime, settings, database, Model(), recall):
        await say(runtime, "hello", recall=False)
    assert recall.asked == []


async def test_a_failed_turn_keeps_the_words_and_tells_the_asker(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    with runtime.bus.subscribe(TurnEndedEvent, name="test") as facts:
        async with running(runtime, settings, database, None):
            with pytest.raises(Unavailable):
                await say(runtime, "are you there?")
            envelope = await facts.next()
    (user,) = await lines_of(runtime, database)
    assert (user.content, user.finish) == ("are you there?", "failed")
    assert envelope is not None
    assert envelope.event.finish == "failed"
    model = Model()
    async with running(runtime, settings, database, model):
        await say(runtime, "and now?", dialogue=user.dialogue)
    assert "are you there?" not in model.asked[0].messages[-1].content


async def test_an_answer_that_breaks_off_is_kept_as_far_as_it_came(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model(error=Interrupted("cut"))):
        with pytest.raises(Interrupted):
            await say(runtime, "hello")
    user, assistant = await lines_of(runtime, database)
    assert (user.finish, assistant.finish, assistant.content) == ("failed", "failed", "Paris it is.")


async def test_a_barge_in_calls_the_turn_off_and_only_what_was_heard_is_history(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    model = Model(gate=anyio.Event(), gate_at=2)
    again = Model()
    with runtime.bus.subscribe(TurnCancelledEvent, TurnEndedEvent, name="test") as facts:
        async with running(runtime, settings, database, model):
            async with anyio.create_task_group() as group:

                async def ask() -> None:
                    with pytest.raises(TurnCancelled):
                        await say(runtime, "tell me", turn="t1", channel="voice")

                group.start_soon(ask)
                await model.reached.wait()
                runtime.bus.publish(BargeInEvent(turn="t1", reason="speech"))
            cancelled, ended = await facts.next(), await facts.next()
            runtime.bus.publish(ReplySpokenEvent(turn="t1", heard="Paris", unheard=" it"))
            model.gate = None
            await say(runtime, "go on", channel="voice")
    assert cancelled is not None
    assert isinstance(cancelled.event, TurnCancelledEvent)
    assert ended is not None
    assert isinstance(ended.event, TurnEndedEvent)
    assert ended.event.finish == "cancelled"
    lines = await lines_of(runtime, database)
    assert (lines[1].content, lines[1].unheard) == ("Paris", " it")
    sent = [message.content for message in model.asked[1].messages]
    assert sent[2] == "Paris—"
    assert "interrupted" in sent[3]
    assert sent[3].endswith("go on")
    assert again.asked == []


async def test_an_asker_who_leaves_cancels_the_turn_and_what_was_said_stays(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    model = Model(gate=anyio.Event(), gate_at=2)
    async with running(runtime, settings, database, model):
        async with anyio.create_task_group() as group:
            group.start_soon(say, runtime, "tell me")
            await model.reached.wait()
            group.cancel_scope.cancel()

        async def stored() -> bool:
            return len(await lines_of(runtime, database)) == 2

        await until(stored)
    user, assistant = await lines_of(runtime, database)
    assert (user.finish, assistant.finish) == ("cancelled", "cancelled")
    assert assistant.content == "Paris it"


async def test_turns_of_one_dialogue_follow_each_other_and_dialogues_run_side_by_side(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    model = Model()
    async with running(runtime, settings, database, model):
        _, first = await say(runtime, "one")
        model.gate, model.gate_at = anyio.Event(), 1
        model.most_running = 0
        async with anyio.create_task_group() as group:
            for number in range(5):
                how = {"dialogue": first.dialogue, "channel": "shell", "turn": f"s{number}"}
                group.start_soon(_say_with, runtime, f"more {number}", how)
            for number in range(3):
                group.start_soon(say, runtime, f"other {number}")

            async def busy() -> bool:
                return model.running == 4

            await until(busy)
            model.gate.set()
    assert model.most_running == 4
    stored = await lines_of(runtime, database, first.dialogue)
    assert [line.sequence for line in stored] == list(range(1, 13))
    assert [line.role for line in stored] == ["user", "assistant"] * 6
    assert [line.content for line in stored[2::2]] == [f"more {number}" for number in range(5)]


async def _say_with(runtime: Runtime, text: str, how: dict[str, str]) -> None:
    await say(runtime, text, **how)


async def test_two_spoken_turns_at_once_begin_one_dialogue(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model()), anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(_say_with, runtime, f"hey {number}", {"channel": "voice", "turn": f"t{number}"})
        await until(lambda: _as_many(runtime, database, 8))
        group.cancel_scope.cancel()
    lines = await lines_of(runtime, database)
    assert len({line.dialogue for line in lines}) == 1
    assert [line.content for line in lines[::2]] == [f"hey {number}" for number in range(4)]


async def _as_many(runtime: Runtime, database: Database, count: int) -> bool:
    return len(await lines_of(runtime, database)) == count


async def test_what_is_spoken_continues_the_last_spoken_dialogue_for_a_while(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model()):
        _, shell = await say(runtime, "typed")
        _, first = await say(runtime, "one", channel="voice")
        _, second = await say(runtime, "two", channel="voice")
    assert first.dialogue == second.dialogue != shell.dialogue
    async with running(runtime, settings, database, Model()):
        _, third = await say(runtime, "after a restart", channel="voice")
    assert third.dialogue == first.dialogue
    brief = settings.dialogue.model_copy(update={"idle_minutes": 1e-9})
    async with running(runtime, settings.model_copy(update={"dialogue": brief}), database, Model()):
        _, fourth = await say(runtime, "much later", channel="voice")
    assert fourth.dialogue != first.dialogue


@pytest.mark.parametrize(
    ("text", "how", "error"),
    [
        ("x" * 1_000_000, {}, TooLarge),
        ("  \n", {}, BadInput),
        ("hello", {"dialogue": "nonesuch"}, NotFound),
        ("hello", {"turn": None}, BadInput),
        ("x " * 9_000, {}, TooLarge),
    ],
)
async def test_what_cannot_be_said_is_refused_with_a_sentence(
    runtime: Runtime,
    settings: Settings,
    database: Database,
    text: str,
    how: dict[str, str | None],
    error: type[Exception],
) -> None:
    async with running(runtime, settings, database, Model()):
        with pytest.raises(error, match=r"\.$|\. "):
            await say(runtime, text, **how)
        _, reply = await say(runtime, "still there?")
    assert reply.text == "Paris it is."


async def test_bytes_that_are_no_text_do_no_harm(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model()):
        await say(runtime, "a\ud800b\0c")
    assert (await lines_of(runtime, database))[0].content == "a?bc"


async def test_dialogues_are_read_oldest_first_and_only_ones_own(
    runtime: Runtime, settings: Settings, database: Database
) -> None:
    async with running(runtime, settings, database, Model()):
        await say(runtime, "one")
        mine = await runtime.bus.request(ReadDialoguesEvent(limit=5), DialoguesEvent)
        theirs = await runtime.bus.request(ReadDialoguesEvent(owner="other"), DialoguesEvent)
    assert [message.content for message in mine.messages] == ["one", "Paris it is."]
    assert theirs.messages == ()
