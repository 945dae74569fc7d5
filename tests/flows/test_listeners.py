"""Who coughs, or says uh-huh, while Solo talks does not interrupt it: it goes on at the same word."""

from __future__ import annotations

import pytest

from app.events.voice import (
    BargeInEvent,
    NoSpeechEvent,
    PlaybackEvent,
    PushToTalkEvent,
    ReplySpokenEvent,
    StopSpeakingEvent,
)
from app.kernel.runtime import Runtime
from tests.flows.stage import RATE, Script, Stage, stage, voice

pytestmark = pytest.mark.anyio

STORY = " ".join(f"Once upon a time there was sentence number {n}." for n in range(6))
TELLING = Script(default="Here it is.", answers={"tell me a story": STORY})


async def telling(s: Stage, seconds: float = 2.0) -> None:
    await s.wake()
    await s.say("tell me a story")
    await s.until_audible()
    await s.silence(seconds)


async def whole_story_seconds(runtime: Runtime) -> float:
    """How long it takes when nobody disturbs."""
    async with stage(runtime, script=TELLING) as s:
        await telling(s)
        await s.until_spoken()
        return s.sink.heard_seconds()


@pytest.mark.parametrize("words", ["", "uh-huh", "Mm-hmm.", "yeah", "okay right", "I see"])
async def test_solo_goes_on_at_the_same_word_and_loses_and_repeats_nothing(
    runtime: Runtime, words: str
) -> None:
    undisturbed = await whole_story_seconds(runtime)
    async with stage(runtime, script=TELLING) as s:
        await telling(s)
        line_at = s.hub.position
        await (s.say(words) if words else s.cough(0.3))
        silent_at = s.sink.silent_since() - s.start - line_at / RATE
        await s.until_state("speaking")
        assert s.hub.position / RATE - line_at / RATE < 2.0
        await s.until_spoken()
        assert silent_at <= 0.3
        assert s.of(BargeInEvent) == []
        assert s.said == ["tell me a story"]
        (spoken,) = s.of(ReplySpokenEvent)
        assert (spoken.heard, spoken.unheard) == (STORY, "")
        assert s.sink.heard_seconds() == pytest.approx(undisturbed, abs=0.02)
        assert [e.state for e in s.of(PlaybackEvent)] == ["started", "finished"]
        assert [e.reason for e in s.of(NoSpeechEvent)] == ["noise"]


async def test_it_may_happen_again_and_again(runtime: Runtime) -> None:
    async with stage(runtime, script=TELLING) as s:
        await telling(s)
        for _ in range(3):
            await s.say("uh-huh")
            await s.until_state("speaking")
            await s.silence(1)
        await s.until_spoken()
        assert s.of(ReplySpokenEvent)[0].heard == STORY


async def test_to_a_question_of_solos_yes_is_an_answer(runtime: Runtime) -> None:
    script = Script(answers={"tell me a story": STORY + " Shall I go on?"})
    async with stage(runtime, script=script) as s:
        await telling(s)
        await s.say("yes")
        await s.until_spoken(2)
        assert s.said == ["tell me a story", "yes"]


async def test_what_wants_an_answer_interrupts_as_soon_as_it_is_known(runtime: Runtime) -> None:
    async with stage(runtime, script=TELLING) as s:
        await telling(s)
        await s.say("why is that")
        await s.until_spoken(2)
        assert [e.reason for e in s.of(BargeInEvent)] == ["speech"]
        assert s.said == ["tell me a story", "why is that"]
        assert s.of(ReplySpokenEvent)[0].unheard


async def test_who_speaks_on_interrupts_before_it_is_known_what_they_say(runtime: Runtime) -> None:
    async with stage(runtime, script=TELLING) as s:
        await telling(s)
        line = await s.say("well I have to tell you something")
        (event,) = s.of(BargeInEvent)
        assert s.at(event) - s.start - line.sample / RATE < 1.2


async def test_stop_ends_what_is_paused(runtime: Runtime) -> None:
    async with stage(runtime, script=TELLING) as s:
        await telling(s)
        await s.cough(0.3)
        runtime.bus.publish(StopSpeakingEvent())
        await s.silence(3)
        assert [e.reason for e in s.of(BargeInEvent)] == ["stop"]
        assert s.states[-1] == "asleep"
        assert s.of(ReplySpokenEvent)[0].unheard


async def test_the_key_ends_what_is_paused_and_listens(runtime: Runtime) -> None:
    async with stage(runtime, script=TELLING) as s:
        await telling(s)
        await s.cough(0.3)
        runtime.bus.publish(PushToTalkEvent(pressed=True))
        await s.say("what time is it")
        runtime.bus.publish(PushToTalkEvent(pressed=False))
        await s.until_spoken(2)
        assert [e.reason for e in s.of(BargeInEvent)] == ["key"]
        assert s.said[-1] == "what time is it"


async def test_the_last_word_of_an_answer_may_be_coughed_over(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(default="It is late.")) as s:
        await telling(s, 0.0)
        await s.cough(0.4)
        await s.until_spoken()
        await s.until_state("asleep")
        assert s.of(ReplySpokenEvent)[0].heard == "It is late."


async def test_without_it_every_voice_interrupts(runtime: Runtime) -> None:
    async with stage(runtime, voice(resume=False), TELLING) as s:
        await telling(s)
        await s.say("uh-huh")
        await s.silence(1)
        assert [e.reason for e in s.of(BargeInEvent)] == ["speech"]
