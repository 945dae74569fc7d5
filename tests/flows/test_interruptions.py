"""The person speaks over Solo, presses the key, or tells it to be silent."""

from __future__ import annotations

import pytest

from app.events.voice import (
    BargeInEvent,
    NoSpeechEvent,
    PlaybackEvent,
    PushToTalkEvent,
    ReplySpokenEvent,
    SpeakEvent,
    StopSpeakingEvent,
)
from app.kernel.runtime import Runtime
from tests.flows.stage import FRAME_S, RATE, Script, Stage, stage, voice

pytestmark = pytest.mark.anyio

STORY = " ".join(f"Once upon a time there was sentence number {n}." for n in range(12))


async def telling(s: Stage, seconds: float = 2.0) -> None:
    """Solo tells a long story."""
    await s.wake()
    await s.say("tell me a story")
    await s.until_audible()
    await s.silence(seconds)


async def test_speech_silences_solo_within_the_limit_and_a_frame(runtime: Runtime) -> None:
    async with stage(runtime, voice(interrupt_ms=200), Script(default=STORY)) as s:
        await telling(s)
        line = await s.say("what is the weather like in Rome today")
        said_at = s.start + line.sample / RATE
        assert s.sink.silent_since() - said_at <= 0.2 + 2 * FRAME_S
        (event,) = s.of(BargeInEvent)
        assert event.reason == "speech"
        assert event.turn == s.asked[0].turn


async def test_the_interrupting_words_are_the_next_turn_from_their_first_syllable_on(
    runtime: Runtime,
) -> None:
    async with stage(runtime, script=Script({"tell me a story": STORY})) as s:
        await telling(s)
        await s.say("what is the weather like")
        await s.until_spoken(2)
        await s.until_state("asleep")
        assert s.said == ["tell me a story", "what is the weather like"]
        assert runtime.bus.is_cancelled(s.asked[0].turn or "")


async def test_what_was_heard_is_what_was_played(runtime: Runtime) -> None:
    async with stage(runtime, script=Script({"tell me a story": STORY})) as s:
        await telling(s, 4.0)
        await s.say("what is the weather like")
        (spoken,) = s.of(ReplySpokenEvent)
        played = next(e.played_ms for e in s.of(PlaybackEvent) if e.state == "stopped")
        assert spoken.heard + " " + spoken.unheard == STORY
        assert played / 60 == pytest.approx(len(spoken.heard), abs=12)  # the voice takes 60 ms a character


@pytest.mark.parametrize("words", ["stop", "Stop!", "be quiet", "okay stop please", "shut up", "never mind"])
async def test_to_say_stop_only_silences(runtime: Runtime, words: str) -> None:
    async with stage(runtime, script=Script(default=STORY)) as s:
        await telling(s)
        await s.say(words)
        await s.silence(3)
        assert s.said == ["tell me a story"]
        assert [e.reason for e in s.of(NoSpeechEvent)] == ["cancelled"]
        assert s.states[-1] == "asleep"


async def test_a_short_noise_does_not_interrupt(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(default=STORY)) as s:
        await telling(s)
        await s.cough(0.1)
        await s.silence(1)
        assert s.of(BargeInEvent) == []
        assert s.playback.speaking is not None


async def test_solo_does_not_interrupt_itself_on_open_loudspeakers(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(default=STORY)) as s:
        s.echo_dbfs = -32.0
        await telling(s, 0)
        await s.until_spoken()
        assert s.of(BargeInEvent) == []


async def test_who_is_louder_than_the_echo_interrupts_all_the_same(runtime: Runtime) -> None:
    async with stage(runtime, script=Script({"tell me a story": STORY})) as s:
        s.echo_dbfs = -35.0
        await telling(s, 3)
        line = await s.say("what is the weather like", dbfs=-24.0)
        assert s.sink.silent_since() - (s.start + line.sample / RATE) <= 0.3
        await s.until_spoken(2)
        assert s.said[-1] == "what is the weather like"


async def test_solo_does_not_answer_its_own_words(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(default=STORY)) as s:
        await telling(s)
        await s.say("upon a time there was sentence")  # the room throws back what Solo says
        await s.silence(3)
        assert s.said == ["tell me a story"]
        assert [e.reason for e in s.of(NoSpeechEvent)] == ["noise"]


async def test_a_quiet_voice_interrupts_when_there_is_no_echo(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(default=STORY)) as s:
        await telling(s)
        await s.say("what is the weather", dbfs=-48.0)
        assert len(s.of(BargeInEvent)) == 1


async def test_only_the_wake_word_interrupts_when_so_set(runtime: Runtime) -> None:
    async with stage(runtime, voice(interrupt="wake"), Script({"tell me a story": STORY})) as s:
        await telling(s)
        await s.say("we are talking among ourselves")
        assert s.of(BargeInEvent) == []
        await s.wake()
        await s.say("what time is it")
        await s.until_spoken(2)
        assert [e.reason for e in s.of(BargeInEvent)] == ["wake"]
        assert s.said == ["tell me a story", "what time is it"]


async def test_nothing_but_key_and_stop_interrupts_when_switched_off(runtime: Runtime) -> None:
    async with stage(runtime, voice(interrupt="off"), Script(default=STORY)) as s:
        await telling(s)
        await s.wake()
        await s.say("what time is it")
        await s.until_spoken()
        assert s.of(BargeInEvent) == []
        assert s.said == ["tell me a story"]


async def test_stop_silences_at_once_and_solo_rests(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(default=STORY)) as s:
        await telling(s)
        before = s.sink.heard_seconds()
        runtime.bus.publish(StopSpeakingEvent())
        await s.silence(1)
        assert s.sink.heard_seconds() - before < 0.1
        assert s.states[-1] == "asleep"
        assert [e.reason for e in s.of(BargeInEvent)] == ["stop"]


async def test_stop_silences_a_text_that_is_no_answer(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        async with runtime.bus.ask(SpeakEvent(turn="read", text=STORY)) as answers:
            async for _ in answers:
                break
            await s.until_audible()
            runtime.bus.publish(StopSpeakingEvent())
            await s.silence(0.2)
            assert s.playback.speaking is None


async def test_push_to_talk_works_while_asleep(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        runtime.bus.publish(PushToTalkEvent(pressed=True))
        await s.silence(0.1)
        await s.say("what is the weather")
        await s.silence(2)  # thinking aloud does not end it
        await s.say("in Rome")
        runtime.bus.publish(PushToTalkEvent(pressed=False))
        await s.until_spoken()
        assert s.said == ["what is the weather in Rome"]


async def test_the_key_going_up_ends_the_turn_at_once(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        runtime.bus.publish(PushToTalkEvent(pressed=True))
        await s.say("what is the weather")
        runtime.bus.publish(PushToTalkEvent(pressed=False))
        await s.silence(FRAME_S * 2)
        assert s.states[-1] == "thinking"


async def test_push_to_talk_interrupts_at_once(runtime: Runtime) -> None:
    async with stage(runtime, voice(interrupt="off"), Script({"tell me a story": STORY})) as s:
        await telling(s)
        runtime.bus.publish(PushToTalkEvent(pressed=True))
        await s.silence(FRAME_S * 2)
        assert s.playback.speaking is None
        await s.say("what time is it")
        runtime.bus.publish(PushToTalkEvent(pressed=False))
        await s.until_spoken(2)
        assert [e.reason for e in s.of(BargeInEvent)] == ["key"]
        assert s.said == ["tell me a story", "what time is it"]


async def test_a_key_that_was_only_tapped_makes_no_turn(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        runtime.bus.publish(PushToTalkEvent(pressed=True))
        await s.silence(0.1)
        runtime.bus.publish(PushToTalkEvent(pressed=False))
        await s.silence(0.1)
        assert s.states == ["listening", "asleep"]
        assert s.said == []
