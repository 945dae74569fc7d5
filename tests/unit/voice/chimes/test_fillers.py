"""What is said while an answer takes long: made in quiet moments, short, and in the right language."""

from __future__ import annotations

import anyio
import pytest

from app.config.voice import TtsSettings
from app.events.skills import SpeakingRateEvent
from app.events.system import ReadyEvent
from app.events.voice import AttentionEvent, FillerEvent, PlaybackEvent, STTEvent
from app.kernel.runtime import Runtime
from app.sayings.languages import SAYINGS, sayings
from app.voice.chimes.fillers import LONGEST_SECONDS, Fillers
from app.voice.chimes.tones import Chime
from app.voice.pipeline import language_of
from app.voice.tts.scripted import ScriptedTts
from app.voice.tts.service import TtsService
from tests.unit.voice.chimes.test_chimes import THINKS, after, ringing

pytestmark = pytest.mark.anyio

READY = ReadyEvent(seconds=1.0)
KNOWN = STTEvent(turn="t", text="what time is it", language="en", seconds=1.0, took_ms=10.0)


async def speaking(runtime: Runtime, group: anyio.abc.TaskGroup) -> ScriptedTts:
    voice, ready = ScriptedTts(), anyio.Event()
    service = TtsService(runtime, TtsSettings(engine="scripted"), voice)
    group.start_soon(service.run, ready.set)
    await ready.wait()
    return voice


async def test_they_are_made_once_everything_is_ready(runtime: Runtime) -> None:
    async with anyio.create_task_group() as group:
        voice = await speaking(runtime, group)
        async with ringing(runtime, "en"):
            await after(runtime, AttentionEvent(state="listening"))
            assert voice.spoken == []
            await after(runtime, READY)
            assert voice.spoken == list(sayings("en").fillers)
            await after(runtime, AttentionEvent(state="asleep"), READY)
            assert len(voice.spoken) == len(sayings("en").fillers), "they are kept"
            await after(runtime, SpeakingRateEvent(speed=1.5), AttentionEvent(state="asleep"))
            assert len(voice.spoken) == 2 * len(sayings("en").fillers)
        assert len(runtime.streams) == 0
        group.cancel_scope.cancel()


async def test_a_long_thought_is_told_in_words_once_and_then_by_a_sound(runtime: Runtime) -> None:
    async with anyio.create_task_group() as group:
        await speaking(runtime, group)
        with runtime.bus.subscribe(FillerEvent, name="test") as told:
            async with ringing(runtime, "en") as bell:
                await after(runtime, READY, THINKS, KNOWN, seconds=0.5)
                assert bell.said == []
                await anyio.sleep(0.3)
                assert len(bell.said) == 1
                assert bell.rung == []
                await anyio.sleep(2.5)
                assert len(bell.said) == 1
                assert bell.rung == [Chime.THINKING]
            assert told.pending() == 1
        group.cancel_scope.cancel()


@pytest.mark.parametrize(
    "said",
    [
        [],
        [KNOWN.model_copy(update={"text": ""})],
        [KNOWN.model_copy(update={"language": "de"})],
    ],
    ids=["words not known yet", "no words", "another language"],
)
async def test_else_it_is_a_sound_as_ever(runtime: Runtime, said: list[STTEvent]) -> None:
    async with anyio.create_task_group() as group:
        await speaking(runtime, group)
        async with ringing(runtime, "en") as bell:
            await after(runtime, READY, THINKS, *said)
            await anyio.sleep(1.3)
            assert bell.said == []
            assert bell.rung == [Chime.THINKING]
        group.cancel_scope.cancel()


async def test_over_what_is_being_said_it_is_not_said(runtime: Runtime) -> None:
    async with anyio.create_task_group() as group:
        await speaking(runtime, group)
        with runtime.bus.subscribe(FillerEvent, name="test") as told:
            async with ringing(runtime, "en") as bell:
                bell.busy = True
                await after(runtime, READY, THINKS, KNOWN)
                await anyio.sleep(1.3)
            assert told.pending() == 0
        group.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("event", "stopped"),
    [
        (AttentionEvent(state="hearing"), 1),
        (AttentionEvent(state="listening", reason="wake"), 1),
        (AttentionEvent(state="asleep"), 1),
        (AttentionEvent(state="speaking"), 0),
        (PlaybackEvent(turn="t", state="started"), 0),
    ],
)
async def test_who_interrupts_silences_it_but_not_the_answer(
    runtime: Runtime, event: AttentionEvent, stopped: int
) -> None:
    async with anyio.create_task_group() as group:
        await speaking(runtime, group)
        async with ringing(runtime, "en") as bell:
            await after(runtime, READY, THINKS, KNOWN)
            await anyio.sleep(1.2)
            await after(runtime, event)
            assert len(bell.said) == 1
            assert len(bell.stopped) == stopped
        group.cancel_scope.cancel()


async def test_a_voice_that_drawls_has_none(runtime: Runtime) -> None:
    voice = ScriptedTts()
    settings = TtsSettings(engine="scripted", speed=0.5)
    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(TtsService(runtime, settings, voice).run, ready.set)
        await ready.wait()
        fillers = Fillers(runtime, ("en",))
        await fillers.make(lambda: True)
        assert fillers.complete
        assert fillers.next("en") is None
        group.cancel_scope.cancel()


async def test_they_are_made_only_while_nothing_better_is_to_be_done(runtime: Runtime) -> None:
    async with anyio.create_task_group() as group:
        voice = await speaking(runtime, group)
        fillers, quiet = Fillers(runtime, ("en",)), [True, True, False]
        await fillers.make(lambda: quiet.pop(0))
        assert len(voice.spoken) == 2
        assert not fillers.complete
        await fillers.make(lambda: True)
        made = [fillers.next("en") for _ in range(2 * len(sayings("en").fillers))]
        texts = [filler.text for filler in made if filler is not None]
        assert sorted(set(texts)) == sorted(sayings("en").fillers)
        assert all(one != two for one, two in zip(texts, texts[1:], strict=False))
        assert all(len(f.samples) / f.rate <= LONGEST_SECONDS for f in made if f is not None)
        group.cancel_scope.cancel()


async def test_without_a_voice_there_are_none_and_nobody_complains(runtime: Runtime) -> None:
    async with ringing(runtime, "en") as bell:
        await after(runtime, READY, THINKS, KNOWN)
        await anyio.sleep(1.3)
        assert bell.rung == [Chime.THINKING]


@pytest.mark.parametrize(
    ("voice", "language"),
    [
        ("en_US-joe-medium", "en"),
        ("/voices/de_DE-thorsten-high.onnx", "de"),
        ("fr_FR-siwis-medium", "fr"),
        ("my-own-voice.onnx", ""),
        ("", ""),
    ],
)
def test_a_voice_says_by_its_name_which_language_it_speaks(voice: str, language: str) -> None:
    assert language_of(voice) == language


@pytest.mark.parametrize("language", list(SAYINGS))
def test_every_language_has_several_and_they_are_short(language: str) -> None:
    assert len(set(sayings(language).fillers)) >= 3
    assert all(len(sentence) <= 15 for sentence in sayings(language).fillers)
