"""A part is missing or fails: Solo says so in a sentence, and the next turn works."""

from __future__ import annotations

import anyio
import pytest

from app.events.dialogue import TurnCancelledEvent
from app.events.voice import (
    AudioDeviceEvent,
    NoJudgeEvent,
    NoSpeechEvent,
    PlaybackEvent,
    ReplySpokenEvent,
    UnspokenEvent,
)
from app.kernel.errors import BrokenFile, Interrupted, SoloError, Unavailable
from app.kernel.runtime import Runtime
from app.voice.turn.silence import SilenceOnly
from tests.flows.stage import Script, Stage, stage, voice
from tests.virtual import VirtualClock

pytestmark = pytest.mark.anyio


async def ask(s: Stage, words: str = "what time is it") -> None:
    turns = s.states.count("thinking")
    await s.wake()
    await s.say(words)
    await s.until(lambda: s.states.count("thinking") > turns and s.states[-1] == "asleep")


def spoken(s: Stage) -> str:
    return " ".join(s.tts.spoken)


@pytest.mark.parametrize("error", [Unavailable(), SoloError("The model has a fever.")])
async def test_a_failing_model_ends_in_a_sentence(runtime: Runtime, error: SoloError) -> None:
    async with stage(runtime, script=Script(llm_error=error)) as s:
        await ask(s)
        assert spoken(s).startswith("Sorry,")
        assert s.sink.heard_seconds() > 1
        s.script.llm_error = None
        await ask(s)
        assert s.of(ReplySpokenEvent)[-1].heard == s.script.default


async def test_a_model_that_breaks_off_is_owned_up_to(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(llm_error=Interrupted(), llm_breaks_after=6)) as s:
        await ask(s)
        assert spoken(s).endswith(" Sorry, I could not finish that.")
        assert s.of(ReplySpokenEvent)[-1].heard == "That is a good question and"


async def test_a_failing_recognizer_ends_in_a_sentence(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(stt_error=Unavailable())) as s:
        await ask(s)
        assert spoken(s) == "Sorry, my speech recognition is not available."
        s.script.stt_error = None
        await ask(s)
        assert s.said == ["what time is it"]


async def test_without_a_recognizer_solo_says_so(runtime: Runtime) -> None:
    async with stage(runtime, without=("stt",)) as s:
        await ask(s)
        assert spoken(s) == "Sorry, my speech recognition is not available."


async def test_without_dialogue_solo_says_so(runtime: Runtime) -> None:
    async with stage(runtime, without=("dialogue",)) as s:
        await ask(s)
        assert spoken(s) == "Sorry, my language model is not available."


async def test_without_a_voice_the_question_is_still_answered(runtime: Runtime) -> None:
    async with stage(runtime, without=("tts",)) as s:
        await ask(s)
        await ask(s, "what day is it")
        assert s.said == ["what time is it", "what day is it"]
        assert s.of(ReplySpokenEvent) == []


async def test_without_a_voice_a_sound_says_so_and_the_terminal_why(runtime: Runtime) -> None:
    async with stage(runtime, without=("tts",), chimes=True) as s:
        await ask(s)
        (unspoken,) = s.of(UnspokenEvent)
        assert unspoken.turn == s.asked[0].turn
        assert unspoken.reason
        heard = s.at(unspoken)
        assert any(0 <= at - heard < 0.5 for at, part in s.sink.parts if abs(part).max(initial=0) > 0.01)


async def test_a_judge_whose_file_is_another_is_told_and_done_without(runtime: Runtime) -> None:
    class Changed(SilenceOnly):
        def load(self) -> None:
            raise BrokenFile("smart-turn.onnx is damaged: its sha256 is not the catalogue's.")

    async with stage(runtime, judge=Changed()) as s:
        (told,) = s.of(NoJudgeEvent)
        assert "its sha256 is not the catalogue's" in told.reason
        await ask(s)
        assert s.of(ReplySpokenEvent)[-1].heard == s.script.default


async def test_a_microphone_that_gives_half_its_sound_only_makes_it_take_longer(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        s.frame_takes = 2
        await ask(s)
        await ask(s, "what day is it")
        assert s.said == ["what time is it", "what day is it"]
        assert s.states[-1] == "asleep"


@pytest.mark.parametrize("seconds", [-86_400.0, -3.0, 3.0, 86_400.0])
async def test_a_clock_that_is_set_in_the_middle_of_a_turn_changes_nothing(
    runtime: Runtime, seconds: float
) -> None:
    clock = runtime.clock
    assert isinstance(clock, VirtualClock)
    async with stage(runtime) as s:
        await s.wake()
        clock.set_by += seconds
        await s.say("what time is it")
        await s.until_state("thinking")
        clock.set_by += seconds
        await s.until_audible()
        clock.set_by -= seconds
        await s.until_spoken()
        await s.until_state("asleep")
        await ask(s, "what day is it")
        assert s.said == ["what time is it", "what day is it"]
        assert [e.heard for e in s.of(ReplySpokenEvent)] == [s.script.default] * 2


@pytest.mark.parametrize("understood", [True, False])
async def test_two_people_at_once_are_one_turn_and_nobody_waits_for_ever(
    runtime: Runtime, understood: bool
) -> None:
    script = Script(unintelligible=not understood)
    async with stage(runtime, script=script, chimes=True) as s:
        await s.wake()
        await s.say("what can time you is pass it me please the salt")  # word by word, in turns
        if understood:
            await s.until_spoken()
            assert len(s.said) == 1
        else:
            await s.until(lambda: bool(s.of(NoSpeechEvent)))
        await s.until_state("asleep")
        script.unintelligible = False
        await ask(s)
        assert s.said[-1] == "what time is it"


async def test_without_a_loudspeaker_the_question_is_still_answered(runtime: Runtime) -> None:
    async with stage(runtime, without=("speaker",)) as s:
        await ask(s)
        await ask(s, "what day is it")
        assert s.said == ["what time is it", "what day is it"]


async def test_a_recognizer_that_hangs_is_given_up(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(stt_seconds=1e6)) as s:
        await s.wake()
        await s.say("what time is it")
        await s.until_state("asleep")
        assert spoken(s) == "Sorry, my speech recognition is not available."


async def test_a_model_that_hangs_is_given_up(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(first_token_seconds=1e6)) as s:
        await s.wake()
        await s.say("what time is it")
        await s.until_state("thinking")
        await anyio.sleep(95)
        await s.until_state("asleep")
        assert spoken(s) == "Sorry, that took too long."


async def test_a_turn_that_is_called_off_elsewhere_falls_silent(runtime: Runtime) -> None:
    async with stage(runtime, script=Script(default="A long answer. " * 30)) as s:
        await s.wake()
        await s.say("tell me everything")
        await s.until_audible()
        runtime.bus.publish(TurnCancelledEvent(turn=s.asked[0].turn, reason="api"))
        await s.silence(1)
        assert s.states[-1] == "asleep"
        assert [e.state for e in s.of(PlaybackEvent)] == ["started", "stopped"]
        await ask(s)
        assert len(s.said) == 2


async def test_a_microphone_that_goes_away_in_mid_sentence_ends_the_turn(runtime: Runtime) -> None:
    async with stage(runtime) as s:
        await s.wake()
        await s.say("what time is it")
        runtime.bus.publish(AudioDeviceEvent(role="microphone", state="lost", device="usb"))
        await anyio.sleep(10)
        assert s.said == ["what time is it"]
        assert s.states[-1] == "asleep"


async def test_noise_that_is_taken_for_speech_while_solo_talks_costs_only_the_answer(
    runtime: Runtime,
) -> None:
    async with stage(runtime, voice(), Script(default="A long answer. " * 30)) as s:
        await s.wake()
        await s.say("tell me everything")
        await s.until_audible()
        await s.silence(1)
        await s.cough(0.5)
        await s.until_state("asleep")
        await ask(s)
        assert len(s.said) == 2
