"""Solo was interrupted: what was heard of its answer is known at once, and "go on" goes on."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from app.dialogue.history import History
from app.events.voice import BargeInEvent, PlaybackEvent, ReplySpokenEvent
from app.kernel.errors import TurnCancelled
from app.kernel.runtime import Runtime
from tests.flows.stage import Script, Stage, stage, voice
from tests.flows.test_skills import house
from tests.unit.dialogue.scripted import Model, say

pytestmark = pytest.mark.anyio

STORY = " ".join(f"Once upon a time there was sentence number {n}." for n in range(6))


async def telling(s: Stage) -> None:
    await s.wake()
    await s.say("tell me a story")
    await s.until_audible()
    await s.silence(2.5)


@pytest.mark.parametrize("resume", [True, False])
async def test_what_was_heard_is_told_before_the_next_words_are_asked_about(
    runtime: Runtime, resume: bool
) -> None:
    script = Script({"tell me a story": STORY})
    async with stage(runtime, voice(resume=resume), script) as s:
        await telling(s)
        await s.say("what happened then")
        await s.until_spoken(2)
        assert s.said == ["tell me a story", "what happened then"]
        asked_at = [request.text for request in s.begun].index("what happened then")
        assert s.spoken_before[asked_at] == 1
        first, second = s.of(ReplySpokenEvent)
        assert (first.turn, second.turn) == (s.asked[0].turn, s.asked[1].turn)
        assert first.heard + " " + first.unheard == STORY


async def test_it_ends_with_the_word_of_which_more_than_half_was_heard(runtime: Runtime) -> None:
    async with stage(
        runtime, script=Script({"tell me a story": "Abcdefghij klmnopqrst uvwxyzabcd efgh."})
    ) as s:
        await s.wake()
        await s.say("tell me a story")
        await s.until_audible()
        await s.silence(0.7)
        await s.say("what is the weather like")
        (spoken,) = s.of(ReplySpokenEvent)
        played = next(e.played_ms for e in s.of(PlaybackEvent) if e.state == "stopped")
        words = (played - 10) / 600  # each is 600 ms long, behind 10 ms of silence
        assert len(spoken.heard.split()) == round(words)


@pytest.mark.real_time
async def test_go_on_says_the_rest_at_once_and_the_history_holds_it(runtime: Runtime, tmp_path: Path) -> None:
    model = Model(words=["One two.", " Three four.", " Five."])
    async with house(runtime, tmp_path, model) as database:
        await say(runtime, "Count.", turn="t1", channel="voice")
        runtime.bus.publish(ReplySpokenEvent(turn="t1", heard="One two. Three", unheard="four. Five."))
        deltas, reply = await say(runtime, "Go on.", channel="voice")
        assert (deltas, reply.text, reply.model) == (["four. Five."], "four. Five.", "")
        assert len(model.asked) == 1
        lines = await History(database, runtime.clock).latest("local", 10)
        assert [(line.content, line.unheard) for line in lines] == [
            ("Count.", ""), ("One two. Three", "four. Five."), ("Go on.", ""), ("four. Five.", ""),
        ]  # fmt: skip
        await say(runtime, "And now?", channel="voice")
        assert [message.content for message in model.asked[1].messages[1:]] == [
            "Count.", "One two. Three\u2014", "Go on.", "four. Five.", "And now?",
        ]  # fmt: skip
        await say(runtime, "Go on.", channel="voice")  # everything has been said: now the model has to
        assert len(model.asked) == 3


@pytest.mark.real_time
async def test_the_rest_of_the_rest_is_said_too(runtime: Runtime, tmp_path: Path) -> None:
    async with house(runtime, tmp_path, Model(words=["One two. Three four. Five."])):
        await say(runtime, "Count.", turn="t1", channel="voice")
        runtime.bus.publish(ReplySpokenEvent(turn="t1", heard="One two.", unheard="Three four. Five."))
        await say(runtime, "Go on.", turn="t2", channel="voice")
        runtime.bus.publish(ReplySpokenEvent(turn="t2", heard="Three", unheard="four. Five."))
        assert (await say(runtime, "What were you saying?", channel="voice"))[1].text == "four. Five."


@pytest.mark.real_time
async def test_the_model_goes_on_with_what_it_had_not_written_yet(runtime: Runtime, tmp_path: Path) -> None:
    model = Model(words=["Paris", " it", " is."], gate=anyio.Event(), gate_at=2)
    async with house(runtime, tmp_path, model):
        replies: list[str] = []
        async with anyio.create_task_group() as group:

            async def ask() -> None:
                with pytest.raises(TurnCancelled):
                    await say(runtime, "Where?", turn="t1", channel="voice")

            group.start_soon(ask)
            await model.reached.wait()
            runtime.bus.publish(ReplySpokenEvent(turn="t1", heard="Paris", unheard="it"))
            runtime.bus.publish(BargeInEvent(turn="t1", reason="speech"))
            model.gate = None
            replies.append((await say(runtime, "Go on.", channel="voice"))[1].text)
        assert replies == ["Paris it is."]
        sent = [message.content for message in model.asked[1].messages[1:]]
        assert sent[:2] == ["Where?", "Paris\u2014"]
        assert "interrupted" in sent[2]
