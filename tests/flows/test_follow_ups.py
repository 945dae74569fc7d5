"""After an answer the ear stays open for a while, for those who mean Solo."""

from __future__ import annotations

from typing import Any

import pytest

from app.config.voice import SttSettings
from app.events.voice import AttentionEvent, NoSpeechEvent, PartialTranscriptEvent, PlaybackEvent, STTEvent
from app.kernel.errors import BadSettings
from app.kernel.runtime import Runtime
from tests.flows.stage import VOICE_DBFS, Script, Stage, stage, voice

pytestmark = pytest.mark.anyio

PARIS = Script(answers={"what is the capital of France": "The capital of France is Paris."}, stt_seconds=0.02)
ASKING = Script(answers={"what is the capital of France": "The old one or the new one?"}, stt_seconds=0.02)
OTHERS = "I told him that already but he never listens"


async def answered(s: Stage, seconds: float = 1.0) -> None:
    """Solo was asked and has answered; so long ago."""
    await s.wake()
    await s.say("what is the capital of France")
    await s.until_spoken()
    await s.silence(seconds)


def reasons(s: Stage, state: str) -> list[str]:
    return [event.reason for event in s.of(AttentionEvent) if event.state == state]


async def test_it_stays_open_by_itself_and_says_so(runtime: Runtime) -> None:
    async with stage(runtime, script=PARIS) as s:
        await answered(s)
        assert reasons(s, "listening")[-1] == "follow_up"
        await s.say("and what about Italy")
        await s.until_spoken(2)
        assert s.said == ["what is the capital of France", "and what about Italy"]


async def test_it_closes_so_long_after_the_loudspeaker_fell_silent(runtime: Runtime) -> None:
    async with stage(runtime, voice(follow_up_seconds=4), PARIS) as s:
        await answered(s)
        await s.until_state("asleep")
        closed = s.at(s.of(AttentionEvent)[-1])
        assert closed - s.sink.silent_since() == pytest.approx(4.0, abs=0.15)
        assert reasons(s, "asleep") == ["follow_up_over"]
        assert s.of(NoSpeechEvent) == []
        await s.say("and what about Italy")
        await s.silence(2)
        assert len(s.said) == 1


async def test_each_answer_opens_it_anew(runtime: Runtime) -> None:
    async with stage(runtime, script=PARIS) as s:
        await answered(s, 4)
        for number in (2, 3):
            await s.say("tell me more about it")
            await s.until_spoken(number)
            await s.silence(4)
        assert len(s.said) == 3


@pytest.mark.parametrize("begin_early", [True, False])
async def test_what_people_say_to_each_other_closes_it_and_is_told_to_nobody(
    runtime: Runtime, begin_early: bool
) -> None:
    async with stage(runtime, voice(begin_early=begin_early), PARIS) as s:
        await answered(s)
        await s.say(OTHERS)
        await s.until_state("asleep")
        await s.silence(5)
        assert [event.reason for event in s.of(NoSpeechEvent)] == ["not_meant"]
        assert [one.text for one in s.begun] == ["what is the capital of France"]
        assert [event.text for event in s.of(STTEvent)] == ["what is the capital of France"]
        assert len([e for e in s.of(PlaybackEvent) if e.state == "started"]) == 1
        await s.say("and what about Italy")
        await s.silence(3)
        assert len(s.said) == 1


async def test_nothing_of_it_is_told_while_it_is_spoken(runtime: Runtime) -> None:
    settings = voice().model_copy(update={"stt": SttSettings(partial_ms=400)})
    async with stage(runtime, settings, PARIS) as s:
        await answered(s)
        before = len(s.of(PartialTranscriptEvent))
        assert before
        await s.say(OTHERS)
        await s.until_state("asleep")
        assert len(s.of(PartialTranscriptEvent)) == before


async def test_a_request_within_a_sentence_to_somebody_else_is_taken_back(runtime: Runtime) -> None:
    async with stage(runtime, script=PARIS) as s:
        await answered(s)
        await s.say("tell me")
        await s.silence(0.4)
        await s.say("did you feed the cat yesterday evening or did we forget her again?")
        await s.until_state("asleep")
        assert s.said == ["what is the capital of France"]
        assert [event.reason for event in s.of(NoSpeechEvent)] == ["not_meant"]


async def test_who_speaks_much_more_softly_than_who_called_is_somebody_else(runtime: Runtime) -> None:
    async with stage(runtime, script=PARIS) as s:
        await answered(s)
        await s.say("what is the weather like in the north", dbfs=VOICE_DBFS - 18)
        await s.until_state("asleep")
        assert len(s.said) == 1


async def test_the_test_may_be_switched_off_and_its_weights_set(runtime: Runtime) -> None:
    settings: list[dict[str, Any]] = [{"follow_up_test": False}, {"follow_up_weights": {"always": 9.0}}]
    for turn in settings:
        async with stage(runtime, voice(**turn), PARIS) as s:
            await answered(s)
            await s.say(OTHERS)
            await s.until_spoken(2)
            assert len(s.said) == 2


async def test_to_a_question_of_solos_a_short_sentence_is_an_answer(runtime: Runtime) -> None:
    async with stage(runtime, script=ASKING) as s:
        await answered(s)
        await s.say("the new one")
        await s.until_spoken(2)
        assert s.said[-1] == "the new one"


@pytest.mark.parametrize(
    ("words", "reason"),
    [("thanks that's all", "farewell"), ("okay thank you", "farewell"), ("never mind", "cancelled")],
)
async def test_who_has_enough_gets_no_answer_and_is_left_alone(
    runtime: Runtime, words: str, reason: str
) -> None:
    async with stage(runtime, script=PARIS) as s:
        await answered(s)
        await s.say(words)
        await s.until_state("asleep")
        assert len(s.said) == 1
        assert [event.reason for event in s.of(NoSpeechEvent)] == [reason]


async def test_a_cough_does_not_close_it(runtime: Runtime) -> None:
    async with stage(runtime, script=PARIS) as s:
        await answered(s)
        await s.cough(0.3)
        await s.silence(2)
        assert s.states[-1] == "listening"
        await s.say("and what about Italy")
        await s.until_spoken(2)
        await s.cough(0.3)
        await s.until_state("asleep")
        assert s.states[-1] == "asleep"


async def test_the_wake_word_opens_it_for_anything(runtime: Runtime) -> None:
    async with stage(runtime, script=PARIS) as s:
        await answered(s)
        await s.wake()
        await s.say(OTHERS)
        await s.until_spoken(2)
        assert s.said[-1] == OTHERS


async def test_an_answer_that_was_silenced_leaves_it_closed(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(default="A long answer. " * 20)) as s:
        await s.wake()
        await s.say("tell me everything")
        await s.until_audible()
        await s.silence(1)
        await s.say("stop")
        await s.until_state("asleep")
        assert "follow_up" not in reasons(s, "listening")


async def test_a_weight_of_nothing_is_named(runtime: Runtime) -> None:
    with pytest.raises(BaseExceptionGroup) as caught:
        async with stage(runtime, voice(follow_up_weights={"allways": 1.0})):
            pass
    assert caught.group_contains(BadSettings, match="allways")
