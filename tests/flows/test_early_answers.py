"""An answer is begun before it is certain that the person has finished, and nobody notices."""

from __future__ import annotations

import pytest

from app.events.base import Event
from app.events.voice import PlaybackEvent, SpeculationEvent, SpeechEndedEvent, STTEvent
from app.kernel.errors import Unavailable
from app.kernel.runtime import Runtime
from tests.flows.stage import RATE, Script, Stage, stage, voice

pytestmark = pytest.mark.anyio

QUICK = Script(stt_seconds=0.02, first_token_seconds=0.02, token_seconds=0.005)


def gap(s: Stage) -> float:
    """Seconds from the end of the question to the first sound."""
    (heard,) = [event for event in s.of(PlaybackEvent) if event.state == "started"]
    (ended,) = s.of(SpeechEndedEvent)
    return heard.audible_at - s.at(ended) + (ended.decided_at - ended.voiced_until) / RATE


async def test_what_was_made_during_the_pause_is_heard_as_soon_as_the_turn_is_over(runtime: Runtime) -> None:
    async with stage(runtime, script=QUICK) as s:
        await s.wake()
        await s.say("what is the time")
        await s.until_spoken()
        (ended,) = s.of(SpeechEndedEvent)
        pause = (ended.decided_at - ended.voiced_until) / RATE
        assert pause <= gap(s) < pause + 0.03
        (early,) = s.of(SpeculationEvent)
        assert early.kept
        assert early.ahead_ms > 100


async def test_an_answer_of_one_sentence_is_synthesized_in_the_pause_too(runtime: Runtime) -> None:
    script = Script(stt_seconds=0.02, first_token_seconds=0.02, token_seconds=0.005, default="It is Paris.")
    async with stage(runtime, script=script) as s:
        await s.wake()
        await s.say("what is the capital")
        await s.silence(0.25)
        assert s.of(SpeechEndedEvent) == []
        assert s.tts.spoken == ["It is Paris."]
        await s.until_spoken()
        assert s.tts.spoken == ["It is Paris."]


async def test_without_it_thinking_begins_when_the_turn_is_over(runtime: Runtime) -> None:
    async with stage(runtime, voice(begin_early=False), QUICK) as s:
        await s.wake()
        await s.say("what is the time")
        await s.until_spoken()
        assert s.of(SpeculationEvent) == []
        assert not s.begun[0].provisional


async def test_nothing_is_heard_or_told_of_an_answer_to_half_a_sentence(runtime: Runtime) -> None:
    async with stage(runtime, script=QUICK) as s:
        await s.wake()
        await s.say("what is the capital")
        await s.silence(0.4)
        assert [one.text for one in s.begun] == ["what is the capital"]
        await s.say("of France")
        await s.until_spoken()
        assert s.said == ["what is the capital of France"]
        assert [event.text for event in s.of(STTEvent)] == ["what is the capital of France"]
        assert len([e for e in s.of(PlaybackEvent) if e.state == "started"]) == 1
        assert [event.kept for event in s.of(SpeculationEvent)] == [False, True]


@pytest.mark.parametrize("pauses", [1, 2, 5])
async def test_each_going_on_takes_back_one_answer(runtime: Runtime, pauses: int) -> None:
    async with stage(runtime, script=QUICK) as s:
        await s.wake()
        for _ in range(pauses):
            await s.say("one more word")
            await s.silence(0.4)
        await s.say("and the end of it")
        await s.until_spoken()
        assert len(s.said) == 1
        assert [event.kept for event in s.of(SpeculationEvent)] == [False] * pauses + [True]


async def test_what_leads_on_to_more_is_not_answered_early(runtime: Runtime) -> None:
    async with stage(runtime, script=QUICK) as s:
        await s.wake()
        await s.say("I have eggs and")
        await s.silence(0.5)
        assert s.begun == []
        await s.say("bread")
        await s.until_spoken()
        assert s.said == ["I have eggs and bread"]


async def test_a_stop_is_not_answered_at_all(runtime: Runtime) -> None:
    async with stage(runtime, script=QUICK) as s:
        await s.wake()
        await s.say("stop")
        await s.until_state("asleep")
        assert s.begun == []


async def test_a_model_that_fails_meanwhile_is_told_of_once_the_turn_is_over(runtime: Runtime) -> None:
    script = Script(stt_seconds=0.02, first_token_seconds=0.02, llm_error=Unavailable("It is down."))
    async with stage(runtime, script=script) as s:
        await s.wake()
        await s.say("what is the capital")
        await s.silence(0.4)
        assert [event for event in s.of(Event) if isinstance(event, PlaybackEvent)] == []
        await s.until_audible()
        await s.until_state("asleep")
        assert len(s.of(SpeechEndedEvent)) == 1


async def test_the_wake_word_in_the_pause_begins_anew(runtime: Runtime) -> None:
    async with stage(runtime, script=QUICK) as s:
        await s.wake()
        await s.say("what is the capital")
        await s.silence(0.35)
        await s.wake(late=1)
        await s.say("how late is it")
        await s.until_spoken()
        assert s.said == ["how late is it"]
