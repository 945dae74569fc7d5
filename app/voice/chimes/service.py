"""The stage of small sounds: says without words that Solo was called, listens on, or needs a while."""

from __future__ import annotations

from typing import Protocol

import anyio

from app.config.voice import ChimeSettings
from app.events.base import Event
from app.events.voice import AttentionEvent, NoSpeechEvent, PlaybackEvent, PushToTalkEvent, WakeWordEvent
from app.kernel.bus import Subscription
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.voice.audio.frames import Samples
from app.voice.chimes.tones import RATE, Chime, tone

AGAIN_SECONDS = 2.5
"""After so much more thinking it is said again."""

HEARD: tuple[type[Event], ...] = (
    WakeWordEvent,
    PushToTalkEvent,
    AttentionEvent,
    NoSpeechEvent,
    PlaybackEvent,
)


class Bell(Protocol):
    """What rings; the playback is one."""

    def chime(self, samples: Samples, rate: int) -> None:
        """Let it be heard unless somebody speaks."""
        ...


class ChimeService:
    """Owns no request."""

    def __init__(self, runtime: Runtime, settings: ChimeSettings, bell: Bell) -> None:
        self._runtime = runtime
        self._settings = settings
        self._bell = bell
        self._tones = {chime: tone(chime, settings.dbfs) for chime in Chime}
        self._thinking = anyio.CancelScope()

    async def run(self, ready: Ready) -> None:
        """Ring until cancelled."""
        with self._runtime.bus.subscribe(*HEARD, name="chimes") as events:
            async with anyio.create_task_group() as group:
                ready()
                await self._follow(events, group)

    async def _follow(self, events: Subscription[Event], group: anyio.abc.TaskGroup) -> None:
        async for event in events:
            match event:
                case WakeWordEvent() | PushToTalkEvent(pressed=True):
                    self._ring(Chime.WAKE)
                case NoSpeechEvent(reason="not_understood"):
                    self._ring(Chime.ERROR)
                case PlaybackEvent():
                    self._thinking.cancel()
                case AttentionEvent():
                    self._thinking.cancel()
                    if event.state == "listening" and event.reason == "follow_up":
                        self._ring(Chime.LISTENING)
                    elif event.state == "thinking":
                        self._thinking = anyio.CancelScope()
                        group.start_soon(self._wait_for_thought, self._thinking, name="chimes:thinking")
                case _:
                    pass

    async def _wait_for_thought(self, scope: anyio.CancelScope) -> None:
        """Ring when thinking takes long, until it is over."""
        with scope:
            await self._runtime.clock.sleep(self._settings.thinking_seconds)
            while True:
                self._ring(Chime.THINKING)
                await self._runtime.clock.sleep(AGAIN_SECONDS)

    def _ring(self, chime: Chime) -> None:
        self._bell.chime(self._tones[chime], RATE)
