"""Small sounds say what the ear does, quietly, and never over speech."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import numpy as np
import pytest

from app.config.voice import ChimeSettings
from app.events.base import Event
from app.events.voice import (
    AttentionEvent,
    NoSpeechEvent,
    PlaybackEvent,
    PushToTalkEvent,
    UnspokenEvent,
    WakeWordEvent,
)
from app.kernel.runtime import Runtime
from app.voice.audio.frames import Samples
from app.voice.chimes.service import ChimeService
from app.voice.chimes.tones import RATE, Chime, tone

pytestmark = pytest.mark.anyio

WOKEN = WakeWordEvent(word="hey_jarvis", score=0.9, sample=0, engine="scripted")
THINKS = AttentionEvent(state="thinking")


class Bell:
    """Writes down what it was asked to ring."""

    def __init__(self, settings: ChimeSettings) -> None:
        self.rung: list[Chime] = []
        self.said: list[int] = []
        self.stopped: list[str] = []
        self.busy = False
        self._known = {tone(chime, settings.dbfs).tobytes(): chime for chime in Chime}

    def chime(self, samples: Samples, rate: int) -> None:
        assert rate == RATE
        self.rung.append(self._known[samples.tobytes()])

    def murmur(self, turn: str, samples: Samples, rate: int) -> bool:
        assert turn
        assert 0 < len(samples) / rate <= 0.8
        if not self.busy:
            self.said.append(len(samples))
        return not self.busy

    def stop(self, turn: str) -> float:
        self.stopped.append(turn)
        return 0.0


@asynccontextmanager
async def ringing(runtime: Runtime, *languages: str, **changed: Any) -> AsyncGenerator[Bell]:
    settings = ChimeSettings(**changed)
    bell = Bell(settings)
    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(ChimeService(runtime, settings, bell, languages).run, ready.set)
        await ready.wait()
        yield bell
        group.cancel_scope.cancel()


async def after(runtime: Runtime, *events: Event, seconds: float = 0.1) -> None:
    for event in events:
        runtime.bus.publish(event)  # type: ignore[arg-type]
        await anyio.sleep(seconds)


@pytest.mark.parametrize(
    ("event", "chime"),
    [
        (WOKEN, Chime.WAKE),
        (PushToTalkEvent(pressed=True), Chime.WAKE),
        (AttentionEvent(state="listening", reason="follow_up"), Chime.LISTENING),
        (NoSpeechEvent(reason="not_understood"), Chime.ERROR),
        (UnspokenEvent(reason="There is no voice."), Chime.ERROR),
        (NoSpeechEvent(reason="farewell"), Chime.CLOSED),
    ],
)
async def test_each_happening_has_its_sound(runtime: Runtime, event: Event, chime: Chime) -> None:
    async with ringing(runtime) as bell:
        await after(runtime, event)
        assert bell.rung == [chime]


@pytest.mark.parametrize(
    "event",
    [
        PushToTalkEvent(pressed=False),
        AttentionEvent(state="listening", reason="wake"),
        AttentionEvent(state="asleep"),
        NoSpeechEvent(reason="silence"),
        NoSpeechEvent(reason="not_meant"),
        AttentionEvent(state="asleep", reason="follow_up_over"),
    ],
)
async def test_other_happenings_are_silent(runtime: Runtime, event: Event) -> None:
    async with ringing(runtime) as bell:
        await after(runtime, event, seconds=5)
        assert bell.rung == []


@pytest.mark.parametrize(("wanted", "rung"), [("off", []), ("both", [Chime.LISTENING, Chime.CLOSED])])
async def test_the_open_ear_may_be_heard_twice_or_not_at_all(
    runtime: Runtime, wanted: str, rung: list[Chime]
) -> None:
    opens = AttentionEvent(state="listening", reason="follow_up")
    closes = AttentionEvent(state="asleep", reason="follow_up_over")
    async with ringing(runtime, follow_up=wanted) as bell:
        await after(runtime, opens, closes)
        assert bell.rung == rung


async def test_a_quick_answer_has_no_sound_before_it(runtime: Runtime) -> None:
    async with ringing(runtime) as bell:
        await after(runtime, THINKS, seconds=1.1)
        await after(runtime, PlaybackEvent(turn="t", state="started"), seconds=10)
        assert bell.rung == []


async def test_a_slow_one_is_announced_now_and_then_until_it_comes(runtime: Runtime) -> None:
    async with ringing(runtime) as bell:
        await after(runtime, THINKS, seconds=1.3)
        assert bell.rung == [Chime.THINKING]
        await anyio.sleep(2.5)
        assert bell.rung == [Chime.THINKING] * 2
        await after(runtime, AttentionEvent(state="asleep"), seconds=10)
        assert bell.rung == [Chime.THINKING] * 2


@pytest.mark.parametrize("chime", list(Chime))
def test_they_are_short_quiet_and_without_a_click(chime: Chime) -> None:
    sound = tone(chime, -30.0)
    assert len(sound) / RATE < 0.2
    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-30.0, abs=0.1)
    assert abs(sound[0]) < 1e-4
    assert abs(sound[-1]) < 1e-3
    assert np.abs(np.diff(sound)).max() < 0.01
