"""When a turn begins and ends, and what becomes of it."""

from __future__ import annotations

import pytest

from app.events.voice import (
    AttentionEvent,
    NoSpeechEvent,
    PlaybackEvent,
    ReplySpokenEvent,
    SpeechEndedEvent,
    SpeechStartedEvent,
    STTEvent,
)
from app.kernel.runtime import Runtime
from app.voice.turn.scripted import ScriptedEndOfTurn
from tests.flows.stage import RATE, Script, stage, voice

pytestmark = pytest.mark.anyio


async def test_a_question_gets_one_answer(runtime: Runtime) -> None:
    script = Script({"what time is it": "It is ten past four."})
    async with stage(runtime, voice(follow_up_seconds=0), script) as s:
        await s.wake()
        await s.silence(0.4)
        await s.say("what time is it")
        await s.until_spoken()
        await s.until_state("asleep")
        assert s.said == ["what time is it"]
        assert [e.heard for e in s.of(ReplySpokenEvent)] == ["It is ten past four."]
        assert s.states == ["listening", "hearing", "thinking", "speaking", "asleep"]


async def test_everything_about_a_turn_carries_its_id(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        await s.wake()
        await s.say("tell me a story")
        await s.until_spoken()
        kinds = (SpeechStartedEvent, SpeechEndedEvent, STTEvent, PlaybackEvent, ReplySpokenEvent)
        assert {event.turn for kind in kinds for event in s.of(kind)} == {s.asked[0].turn}


async def test_who_runs_on_after_the_wake_word_loses_no_word_and_the_wake_word_is_not_in_it(
    runtime: Runtime,
) -> None:
    async with stage(runtime) as s:
        await s.wake(late=9)
        await s.say("what is the time")
        await s.until_spoken()
        assert s.said == ["what is the time"]


async def test_a_pause_in_the_middle_of_a_sentence_makes_no_second_turn(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        await s.wake()
        await s.say("what is the capital")
        await s.silence(0.4)
        await s.say("of France")
        await s.until_spoken()
        assert s.said == ["what is the capital of France"]
        assert len(s.of(SpeechEndedEvent)) == 1
        assert s.of(STTEvent)[0].revision == 1


async def test_who_goes_on_before_the_answer_is_heard_is_still_in_the_same_sentence(runtime: Runtime) -> None:
    script = Script(first_token_seconds=1.5)
    async with stage(runtime, script=script) as s:
        await s.wake()
        await s.say("show me the way")
        await s.until_state("thinking")
        await s.say("to the station")
        await s.until_spoken(which=1)
        await s.until_state("asleep")
        assert s.said == ["show me the way", "show me the way to the station"]
        assert len([e for e in s.of(PlaybackEvent) if e.state == "started"]) == 1
        assert runtime.bus.is_cancelled(s.asked[0].turn or "")


async def test_who_speaks_after_thinking_has_lasted_long_says_something_new(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(first_token_seconds=5)) as s:
        await s.wake()
        await s.say("show me the way")
        await s.until_state("thinking")
        await s.silence(3)
        s.script.first_token_seconds = 0.1
        await s.say("what time is it")
        await s.until_spoken()
        await s.until_state("asleep")
        assert s.said == ["show me the way", "what time is it"]


async def test_the_end_is_decided_sooner_when_sound_and_words_agree(runtime: Runtime) -> None:
    waits = {}
    for opinion in (0.95, None, 0.1):
        async with stage(runtime, judge=ScriptedEndOfTurn(opinions=[opinion])) as s:
            await s.wake()
            await s.say("what is the capital of France?")
            await s.until_spoken()
            (end,) = s.of(SpeechEndedEvent)
            waits[opinion] = (end.decided_at - end.voiced_until) / RATE
    assert waits[0.95] <= 0.36
    assert waits[0.95] < waits[None] == waits[0.1] < 0.6


async def test_half_a_sentence_is_waited_for(runtime: Runtime) -> None:
    async with stage(runtime, judge=ScriptedEndOfTurn(opinions=[0.95])) as s:
        await s.wake()
        await s.say("and so my fellow Americans.")
        await s.silence(1.1)
        await s.say("ask not")
        await s.silence(1.1)
        await s.say("what your country can do for you.")
        await s.until_spoken()
        assert len(s.said) == 1


async def test_a_wake_word_and_then_nothing_goes_back_to_sleep(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        await s.wake()
        await s.until_state("listening")
        await s.silence(7)
        assert s.states == ["listening", "asleep"]
        assert [e.reason for e in s.of(NoSpeechEvent)] == ["silence"]
        assert s.said == []


async def test_silence_and_noise_make_no_turn(runtime: Runtime) -> None:
    async with stage(runtime, voice(wake="none")) as s:
        await s.silence(20)
        await s.noise(20)
        assert s.of(SpeechStartedEvent) == []
        assert s.said == []
        assert s.states == ["listening"]


async def test_a_cough_makes_no_turn_and_is_named_noise(runtime: Runtime) -> None:
    async with stage(runtime, voice(wake="none")) as s:
        await s.cough()
        await s.silence(3)
        assert s.said == []
        assert [e.reason for e in s.of(NoSpeechEvent)] == ["noise"]
        assert s.states[-1] == "listening"


async def test_a_cough_after_the_wake_word_does_not_send_solo_to_sleep(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        await s.wake()
        await s.silence(0.5)
        await s.cough(0.3)
        await s.silence(2)
        await s.say("what time is it")
        await s.until_spoken()
        assert s.said == ["what time is it"]


async def test_without_a_wake_word_solo_always_listens(runtime: Runtime) -> None:
    async with stage(runtime, voice(wake="none")) as s:
        await s.say("hello there")
        await s.until_spoken()
        await s.silence(1)
        await s.say("and what about tomorrow then my dear friend")
        await s.until_spoken(2)
        assert s.said == ["hello there", "and what about tomorrow then my dear friend"]


async def test_speech_without_the_wake_word_is_not_for_solo(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        await s.say("we were talking about something else")
        await s.silence(3)
        assert s.transcribed == []
        assert s.states == []


async def test_after_an_answer_a_follow_up_needs_no_wake_word(runtime: Runtime) -> None:
    async with stage(runtime, voice(follow_up_seconds=5)) as s:
        await s.wake()
        await s.say("what is the capital of France")
        await s.until_spoken()
        await s.silence(1)
        await s.say("tell me about Spain")
        await s.until_spoken(2)
        await s.silence(6)
        assert s.said == ["what is the capital of France", "tell me about Spain"]
        assert s.states[-1] == "asleep"
        assert s.of(NoSpeechEvent) == []


async def test_who_never_ends_is_cut_off_and_answered(runtime: Runtime) -> None:
    async with stage(runtime, voice(longest_seconds=5)) as s:
        await s.wake()
        await s.say(" ".join(f"word{n}" for n in range(25)))
        await s.until_spoken()
        assert [e.reason for e in s.of(SpeechEndedEvent)] == ["too_long"]
        assert s.said[0].startswith("word0 word1")


async def test_a_slow_transcription_is_waited_for(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(stt_seconds=3)) as s:
        await s.wake()
        await s.say("what time is it")
        await s.until_spoken()
        assert s.said == ["what time is it"]


async def test_never_mind_makes_no_turn(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        await s.wake()
        await s.say("never mind")
        await s.until_state("asleep")
        assert s.said == []
        assert [e.reason for e in s.of(NoSpeechEvent)] == ["cancelled"]


async def test_the_state_is_announced_once_for_every_change(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        for _ in range(2):
            await s.wake()
            await s.say("what time is it")
            await s.until_spoken()
            await s.until_state("asleep")
        states = [event.state for event in s.of(AttentionEvent)]
        assert all(one != two for one, two in zip(states, states[1:], strict=False))
