"""While an answer takes long a word or two are said, once, and the answer follows right behind."""

from __future__ import annotations

import pytest

from app.config.voice import ChimeSettings
from app.events.voice import FillerEvent, PlaybackEvent, ReplySpokenEvent
from app.kernel.runtime import Runtime
from app.sayings.languages import sayings
from app.voice.audio.frames import samples_of
from tests.flows.stage import Script, Stage, stage, voice

pytestmark = pytest.mark.anyio

ANSWER = "It is ten past four."


def slow(seconds: float) -> Script:
    return Script(default=ANSWER, stt_seconds=0.02, first_token_seconds=seconds)


async def ask(s: Stage, times: int = 1) -> None:
    await s.silence(1)
    for number in range(times):
        await s.wake()
        await s.say("what time is it")
        await s.until_spoken(number + 1)


def sounds(s: Stage) -> list[tuple[float, float]]:
    """From when to when words were heard, with no more than 150 ms of silence in it."""
    found: list[tuple[float, float]] = []
    for at, part in s.sink.parts:
        if not abs(part).max(initial=0.0) > 0.1:
            continue
        end = at + len(part) / s.sink.rate
        if found and at - found[-1][1] < 0.15:
            found[-1] = (found[-1][0], end)
        else:
            found.append((at, end))
    return found


async def test_it_comes_once_in_time_and_is_no_part_of_the_answer(runtime: Runtime) -> None:
    async with stage(runtime, script=slow(5), chimes=True) as s:
        await ask(s)
        assert len(s.of(FillerEvent)) == 1
        assert s.tts.spoken[: len(sayings("en").fillers)] == list(sayings("en").fillers)
        assert [e.heard for e in s.of(ReplySpokenEvent)] == [ANSWER]
        (began,) = [e for e in s.of(PlaybackEvent) if e.state == "started"]
        assert {e.turn for e in s.of(PlaybackEvent)} == {s.asked[0].turn}
        thinking = next(s.at(e) for _, e in s.events if getattr(e, "state", "") == "thinking")
        first = sounds(s)[0][0]
        assert first - thinking == pytest.approx(1.2, abs=0.1)
        assert began.audible_at - thinking > 4.5


async def test_a_quick_answer_has_none(runtime: Runtime) -> None:
    async with stage(runtime, script=slow(0.8), chimes=True) as s:
        await ask(s)
        assert s.of(FillerEvent) == []


async def test_never_the_same_twice_in_a_row(runtime: Runtime) -> None:
    async with stage(runtime, voice(follow_up_seconds=0), slow(3), chimes=True) as s:
        await ask(s, times=5)
        texts = [event.text for event in s.of(FillerEvent)]
        assert len(texts) == 5
        assert all(one != two for one, two in zip(texts, texts[1:], strict=False))


async def test_an_answer_that_is_ready_meanwhile_follows_without_a_pause(runtime: Runtime) -> None:
    async with stage(runtime, script=slow(1.8), chimes=True) as s:
        await ask(s)
        assert len(s.of(FillerEvent)) == 1
        assert len(sounds(s)) == 1, "one stretch of sound: filler and answer"
        assert [e.heard for e in s.of(ReplySpokenEvent)] == [ANSWER]
        (began,) = [e for e in s.of(PlaybackEvent) if e.state == "started"]
        assert 0.3 < began.audible_at - sounds(s)[0][0] <= 0.85


async def test_who_speaks_over_it_means_solo_and_is_answered(runtime: Runtime) -> None:
    async with stage(runtime, script=slow(0.1), chimes=True) as s:
        await ask(s)
        s.script.first_token_seconds = 6
        await s.wake()
        await s.say("what time is it")
        await s.until(lambda: bool(s.of(FillerEvent)))
        s.script.first_token_seconds = 0.1
        spoke_at = s.hub.position
        await s.say("no tell me the date instead please")
        silent = s.sink.silent_since() - s.start
        await s.until_spoken(2)
        assert silent - spoke_at / samples_of(1000.0) < 0.4
        assert s.said[-1] == "no tell me the date instead please"
        assert len([e for e in s.of(PlaybackEvent) if e.state == "started"]) == 2


async def test_a_cough_over_it_costs_nothing(runtime: Runtime) -> None:
    async with stage(runtime, script=slow(4), chimes=True) as s:
        await s.silence(1)
        await s.wake()
        await s.say("what time is it")
        await s.until(lambda: bool(s.of(FillerEvent)))
        await s.cough(0.3)
        await s.until_spoken()
        assert [e.heard for e in s.of(ReplySpokenEvent)] == [ANSWER]
        assert len(s.said) == 1


@pytest.mark.parametrize("how", ["wake", "stop"])
async def test_the_wake_word_and_stop_end_it_at_once(runtime: Runtime, how: str) -> None:
    from app.events.voice import StopSpeakingEvent

    async with stage(runtime, script=slow(6), chimes=True) as s:
        await s.silence(1)
        await s.wake()
        await s.say("what time is it")
        await s.until(lambda: bool(s.of(FillerEvent)))
        await s.silence(0.1)
        if how == "stop":
            runtime.bus.publish(StopSpeakingEvent())
            await s.silence(0.1)
            assert s.states[-1] == "asleep"
        else:
            await s.wake(late=0)
        heard = s.sink.heard_seconds()
        await s.silence(0.6)
        assert s.sink.heard_seconds() - heard < 0.25
        assert s.playback.speaking is None


async def test_solos_own_filler_in_the_microphone_is_no_interruption(runtime: Runtime) -> None:
    async with stage(runtime, script=slow(4), chimes=True) as s:
        s.echo_dbfs = -30.0
        await ask(s)
        assert len(s.said) == 1
        assert [e.heard for e in s.of(ReplySpokenEvent)] == [ANSWER]


async def test_who_goes_on_after_it_is_heard(runtime: Runtime) -> None:
    async with stage(runtime, script=slow(8), chimes=True) as s:
        await s.silence(1)
        await s.wake()
        await s.say("what time is it")
        await s.until(lambda: bool(s.of(FillerEvent)))
        await s.silence(1.5)
        s.script.first_token_seconds = 0.1
        await s.say("and what is the date")
        await s.until_spoken()
        assert s.said[-1] == "and what is the date"


async def test_it_may_be_switched_off(runtime: Runtime) -> None:
    settings = voice().model_copy(update={"chimes": ChimeSettings(filler=False)})
    async with stage(runtime, settings, slow(4), chimes=True) as s:
        await ask(s)
        assert s.of(FillerEvent) == []
        assert ANSWER in s.tts.spoken
        assert not set(sayings("en").fillers) & set(s.tts.spoken)


async def test_nobody_needs_to_hear_one_when_nothing_was_understood(runtime: Runtime) -> None:
    script = Script(stt_seconds=3, unintelligible=True)
    async with stage(runtime, script=script, chimes=True) as s:
        await s.silence(1)
        await s.wake()
        await s.say("what time is it")
        await s.until_state("asleep")
        assert s.of(FillerEvent) == []
