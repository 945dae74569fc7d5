"""What a person says is understood while they say it."""

from __future__ import annotations

import pytest

from app.config.voice import SttSettings
from app.events.voice import PartialTranscriptEvent
from app.kernel.errors import Unavailable
from app.kernel.runtime import Runtime
from app.voice.turn.partial import beat_ms
from tests.flows.stage import Script, stage, voice

pytestmark = pytest.mark.anyio

OFTEN = voice().model_copy(update={"stt": SttSettings(partial_ms=700)})
LONG = "tell me a long story about a brave sailor on the high sea"


async def test_words_come_on_a_steady_beat_while_they_are_spoken(runtime: Runtime) -> None:
    async with stage(runtime, OFTEN) as s:
        await s.wake()
        await s.say(LONG)
        await s.until_spoken()
        partials = s.of(PartialTranscriptEvent)
        assert len(partials) == len(s.overheard) >= 3
        times = [s.at(event) for event in partials]
        assert all(0.6 < later - sooner < 0.9 for sooner, later in zip(times, times[1:], strict=False))
        assert all(LONG.startswith(event.text) for event in partials)
        assert {event.turn for event in partials} == {s.begun[0].turn}
        assert {event.language for event in partials} == {"en"}


async def test_what_is_sure_only_grows(runtime: Runtime) -> None:
    async with stage(runtime, OFTEN) as s:
        await s.wake()
        await s.say(LONG)
        await s.until_spoken()
        sure = [event.sure for event in s.of(PartialTranscriptEvent)]
        assert all(later.startswith(sooner) for sooner, later in zip(sure, sure[1:], strict=False))
        assert sure[-1]


async def test_no_partial_is_made_of_a_short_question_or_in_silence(runtime: Runtime) -> None:
    async with stage(runtime, OFTEN) as s:
        await s.wake()
        await s.say("what time")
        await s.until_spoken()
        assert s.of(PartialTranscriptEvent) == []


async def test_a_partial_that_is_late_is_called_off_and_never_told(runtime: Runtime) -> None:
    async with stage(runtime, OFTEN, Script(stt_seconds=0.5)) as s:
        await s.wake()
        await s.say("what is the time now")
        await s.until_spoken()
        assert s.said == ["what is the time now"]
        assert s.of(PartialTranscriptEvent) == []


async def test_it_can_be_switched_off(runtime: Runtime) -> None:
    async with stage(runtime, voice().model_copy(update={"stt": SttSettings(partial_ms=0)})) as s:
        await s.wake()
        await s.say(LONG)
        await s.until_spoken()
        assert s.overheard == []


async def test_a_recognizer_that_fails_spoils_no_more_than_the_partials(runtime: Runtime) -> None:
    async with stage(runtime, OFTEN) as s:
        s.script.stt_error = Unavailable("Broken.")
        await s.wake()
        await s.say("tell me a long")
        s.script.stt_error = None
        await s.say("story about sailors")
        await s.until_spoken()
        assert s.said == ["tell me a long story about sailors"]


@pytest.mark.parametrize(
    ("wanted", "cores", "beat"), [(-1, 1, 0), (-1, 2, 700), (-1, 16, 700), (0, 8, 0), (500, 1, 500)]
)
def test_where_there_is_one_core_nothing_is_transcribed_ahead(wanted: int, cores: int, beat: float) -> None:
    assert beat_ms(wanted, cores) == beat
