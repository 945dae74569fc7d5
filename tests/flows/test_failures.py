"""A part is missing or fails: Solo says so in a sentence, and the next turn works."""

from __future__ import annotations

import anyio
import pytest

from app.events.dialogue import TurnCancelledEvent
from app.events.voice import AudioDeviceEvent, PlaybackEvent, ReplySpokenEvent
from app.kernel.errors import Interrupted, SoloError, Unavailable
from app.kernel.runtime import Runtime
from tests.flows.stage import Script, Stage, stage, voice

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
