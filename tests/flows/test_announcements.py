"""What Solo says by itself, on the stage: after the conversation, with a sound, and interruptible."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import anyio
import numpy as np
import pytest

from app.events.skills import AnnouncedEvent, AnnounceEvent, SpeakingRateEvent, VolumeEvent
from app.events.voice import BargeInEvent, PlaybackEvent, StopSpeakingEvent
from app.kernel.runtime import Runtime
from app.voice.announce.service import AnnounceService
from app.voice.announce.tones import NOTES, RATE, tone
from tests.flows.stage import Script, Stage, stage, started, voice
from tests.unit.skills.keeping import keeping

pytestmark = pytest.mark.anyio

RANG = AnnounceEvent(turn="ring", text="Your pasta timer is done.", chime="timer")


@asynccontextmanager
async def announcing(
    runtime: Runtime, script: Script | None = None, **without: tuple[str, ...]
) -> AsyncIterator[Stage]:
    async with stage(runtime, voice(), script, **without) as s, anyio.create_task_group() as group:  # type: ignore[arg-type]
        await started(group, AnnounceService(runtime, s.playback))
        yield s
        group.cancel_scope.cancel()


async def announced(runtime: Runtime, s: Stage, request: AnnounceEvent = RANG) -> list[AnnouncedEvent]:
    """Ask for it; the answer comes while the room goes on."""
    answers: list[AnnouncedEvent] = []

    async def ask() -> None:
        answers.append(await runtime.bus.request(request, AnnouncedEvent))

    async with anyio.create_task_group() as group:
        group.start_soon(ask)
        await s.until(lambda: bool(answers))
    return answers


async def test_an_announcement_is_a_sound_and_a_sentence(runtime: Runtime) -> None:
    async with announcing(runtime) as s:
        (done,) = await announced(runtime, s)
        assert not done.stopped
        assert done.heard_ms > 1000 * len(tone("timer")) / RATE + 500
        await s.silence(0.2)
        assert [event.state for event in s.of(PlaybackEvent)] == ["started", "finished"]
        assert s.of(PlaybackEvent)[0].turn == "ring"


async def test_it_waits_until_the_person_has_been_answered(runtime: Runtime) -> None:
    async with announcing(runtime) as s:
        await s.wake()
        await s.say("what is the")
        await announced(runtime, s)
        spoken = [event.turn for event in s.of(PlaybackEvent) if event.state == "finished"]
        assert spoken[0] == s.asked[0].turn


async def test_speech_interrupts_it(runtime: Runtime) -> None:
    async with announcing(runtime) as s, anyio.create_task_group() as group:
        answers: list[AnnouncedEvent] = []
        stopped = False

        async def ask() -> None:
            nonlocal stopped
            try:
                answers.append(await runtime.bus.request(RANG, AnnouncedEvent))
            except Exception:  # noqa: BLE001
                stopped = True

        group.start_soon(ask)
        await s.until_audible()
        await s.silence(0.5)
        await s.say("oh be quiet now please thank you")
        await s.silence(1)
        assert [event.turn for event in s.of(BargeInEvent)] == ["ring"]
        assert stopped or answers[0].stopped


async def test_stop_silences_it(runtime: Runtime) -> None:
    async with announcing(runtime) as s, anyio.create_task_group() as group:
        answers: list[bool] = []

        async def ask() -> None:
            try:
                answers.append((await runtime.bus.request(RANG, AnnouncedEvent)).stopped)
            except Exception:  # noqa: BLE001
                answers.append(True)

        group.start_soon(ask)
        await s.until_audible()
        runtime.bus.publish(StopSpeakingEvent())
        await s.until(lambda: bool(answers))
        assert answers == [True]


async def test_leaving_the_request_silences_it(runtime: Runtime) -> None:
    async with announcing(runtime) as s:
        async with anyio.create_task_group() as group:
            group.start_soon(runtime.bus.request, RANG, AnnouncedEvent)
            await s.until_audible()
            group.cancel_scope.cancel()
        await s.silence(0.2)
        assert [event.state for event in s.of(PlaybackEvent)] == ["started", "stopped"]


async def test_without_a_voice_the_sound_is_heard(runtime: Runtime) -> None:
    async with announcing(runtime, without=("tts",)) as s:
        (done,) = await announced(runtime, s)
        assert done.heard_ms == pytest.approx(1000 * len(tone("timer")) / RATE, abs=60)


async def test_without_a_loudspeaker_nothing_waits(runtime: Runtime) -> None:
    async with announcing(runtime, without=("speaker",)) as s:
        (done,) = await announced(runtime, s)
        assert done.heard_ms == 0


async def test_the_volume_and_the_pace_are_obeyed_at_once(runtime: Runtime) -> None:
    async with announcing(runtime) as s:
        runtime.bus.publish(VolumeEvent(level=0.5))
        await announced(runtime, s)
        quiet = max(float(np.max(np.abs(part))) for _, part in s.sink.parts if len(part))
        usual = s.sink.heard_seconds()
        s.sink.parts.clear()
        runtime.bus.publish(VolumeEvent(level=1.0))
        runtime.bus.publish(SpeakingRateEvent(speed=2.0))
        await announced(runtime, s, RANG.model_copy(update={"turn": "again"}))
        loud = max(float(np.max(np.abs(part))) for _, part in s.sink.parts if len(part))
        assert loud == pytest.approx(2 * quiet, rel=0.05)
        assert s.sink.heard_seconds() < usual - 0.2


async def test_an_alarm_rings_until_somebody_says_stop(runtime: Runtime) -> None:
    async with announcing(runtime) as s, keeping(runtime) as timers:
        due = runtime.clock.now() + timedelta(seconds=5)
        await timers.set(kind="alarm", due_at=due.isoformat())
        await s.until_audible(3)
        assert timers.told == ["alarm"]
        await s.say("stop")
        await s.until(lambda: not timers.shelf.rows, seconds=10)
        rang = len([e for e in s.of(PlaybackEvent) if e.state == "started"])
        await s.silence(30)
        assert len([e for e in s.of(PlaybackEvent) if e.state == "started"]) == rang
        assert s.said == []


async def test_an_alarm_that_is_coughed_at_rings_again(runtime: Runtime) -> None:
    async with announcing(runtime, Script(unintelligible=True)) as s, keeping(runtime) as timers:
        due = runtime.clock.now() + timedelta(seconds=5)
        await timers.set(kind="alarm", due_at=due.isoformat())
        await s.until_audible()
        await s.cough(0.5)
        await s.until_audible(3)
        assert timers.shelf.rows


@pytest.mark.parametrize("kind", sorted(NOTES))
def test_every_sound_is_quiet_short_and_begins_and_ends_in_silence(kind: str) -> None:
    sound = tone(kind)
    assert 0.3 < len(sound) / RATE < 1.6
    assert 0.1 < float(np.max(np.abs(sound))) <= 0.26
    assert abs(float(sound[0])) < 0.01
    assert float(np.max(np.abs(sound[-100:]))) < 0.01
    assert float(np.max(np.abs(np.diff(sound)))) < 0.2  # no click
