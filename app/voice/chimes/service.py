"""The stage of small sounds: says that Solo was called, listens on, or needs a while.

When thinking takes long a filler ("One moment.") is said once, if the voice has made some in a quiet
moment, and a chime rings now and then.  Both are heard beside the answer, not as a part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import anyio
import structlog
from anyio.abc import TaskGroup

from app.config.voice import ChimeSettings
from app.events.base import Event
from app.events.skills import SpeakingRateEvent
from app.events.system import ReadyEvent
from app.events.voice import (
    AttentionEvent,
    FillerEvent,
    NoSpeechEvent,
    NoVoiceEvent,
    PlaybackEvent,
    PushToTalkEvent,
    STTEvent,
    UnspokenEvent,
    WakeWordEvent,
)
from app.kernel.bus import Subscription
from app.kernel.languages import code_of
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.voice.audio.frames import Samples
from app.voice.chimes.fillers import Fillers
from app.voice.chimes.tones import RATE, Chime, tone

log = structlog.get_logger("solo.chimes")

AGAIN_SECONDS = 2.5
"""After so much more thinking it is said again."""

HEARD: tuple[type[Event], ...] = (
    WakeWordEvent,
    PushToTalkEvent,
    AttentionEvent,
    NoSpeechEvent,
    NoVoiceEvent,
    PlaybackEvent,
    STTEvent,
    SpeakingRateEvent,
    UnspokenEvent,
    ReadyEvent,
)
RESTING = ("asleep", "listening")


class Bell(Protocol):
    """What rings; the playback is one."""

    def chime(self, samples: Samples, rate: int) -> None:
        """Let it be heard unless somebody speaks."""
        ...

    def murmur(self, turn: str, samples: Samples, rate: int) -> bool:
        """Let words be heard beside the conversation, unless somebody speaks; did it begin?"""
        ...

    def stop(self, turn: str) -> float:
        """Silence what was begun under this id."""
        ...


class ChimeService:
    """Owns no request. languages: of the voices that say the fillers, the usual one first; empty: there
    are no fillers."""

    def __init__(
        self, runtime: Runtime, settings: ChimeSettings, bell: Bell, languages: Sequence[str] = ()
    ) -> None:
        self._runtime = runtime
        self._settings = settings
        self._bell = bell
        self._tones = {chime: tone(chime, settings.dbfs) for chime in Chime}
        self._thinking = anyio.CancelScope()
        self._fillers = Fillers(runtime, languages if settings.filler else ())
        self._resting = True
        self._making = False
        self._understood = ""
        """The language of what is thought about; empty while that is not known."""
        self._murmured = ""

    async def run(self, ready: Ready) -> None:
        """Ring until cancelled."""
        with self._runtime.bus.subscribe(*HEARD, name="chimes") as events:
            async with anyio.create_task_group() as group:
                ready()
                await self._follow(events, group)

    async def _follow(self, events: Subscription[Event], group: TaskGroup) -> None:
        async for event in events:
            match event:
                case WakeWordEvent() | PushToTalkEvent(pressed=True):
                    self._ring(Chime.WAKE)
                case NoSpeechEvent():
                    self._nothing(event)
                case UnspokenEvent():
                    self._ring(Chime.ERROR)
                case PlaybackEvent():
                    self._thinking.cancel()
                case STTEvent():
                    self._understood = code_of(event.language) if event.text else ""
                    self._fillers.want(self._understood)
                case NoVoiceEvent():
                    self._fillers.drop(code_of(event.language))
                case AttentionEvent():
                    self._attend(event, group)
                case SpeakingRateEvent():
                    self._fillers.renew()
                case ReadyEvent():
                    self._make_fillers(group)
                case _:
                    pass

    def _nothing(self, event: NoSpeechEvent) -> None:
        if event.reason == "not_understood":
            self._ring(Chime.ERROR)
        elif event.reason == "farewell":
            self._ring_about_follow_up(Chime.CLOSED, "opening", "both")
        elif event.reason == "not_meant":
            self._ring_about_follow_up(Chime.CLOSED, "both")

    def _attend(self, event: AttentionEvent, group: TaskGroup) -> None:
        self._thinking.cancel()
        self._resting = event.state in RESTING
        if event.state == "thinking":
            self._thinking, self._understood = anyio.CancelScope(), ""
            group.start_soon(self._wait_for_thought, self._thinking, name="chimes:thinking")
            return
        if self._murmured and event.state != "speaking":
            self._bell.stop(self._murmured)
            self._murmured = ""
        if event.state == "listening" and event.reason == "follow_up":
            self._ring_about_follow_up(Chime.LISTENING, "opening", "both")
        elif event.state == "asleep":
            if event.reason == "follow_up_over":
                self._ring_about_follow_up(Chime.CLOSED, "both")
            self._make_fillers(group)

    def _ring_about_follow_up(self, chime: Chime, *wanted: str) -> None:
        if self._settings.follow_up in wanted:
            self._ring(chime)

    # -- a long thought --------------------------------------------------------------------------

    async def _wait_for_thought(self, scope: anyio.CancelScope) -> None:
        """When thinking takes long say so, then ring, until it is over."""
        with scope:
            await self._runtime.clock.sleep(self._settings.thinking_seconds)
            said = False
            while True:
                if said or not (said := self._murmur()):
                    self._ring(Chime.THINKING)
                await self._runtime.clock.sleep(AGAIN_SECONDS)

    def _murmur(self) -> bool:
        """Say a filler to words that are known and in its language."""
        filler = self._fillers.next(self._understood)
        if filler is None:
            return False
        turn = self._runtime.clock.new_id()
        if not self._bell.murmur(turn, filler.samples, filler.rate):
            return False
        self._murmured = turn
        self._runtime.bus.publish(FillerEvent(text=filler.text))
        return True

    def _make_fillers(self, group: TaskGroup) -> None:
        if not self._making and not self._fillers.complete:
            self._making = True
            group.start_soon(self._make, name="chimes:fillers")

    async def _make(self) -> None:
        try:
            await self._fillers.make(lambda: self._resting)
        finally:
            self._making = False

    def _ring(self, chime: Chime) -> None:
        self._bell.chime(self._tones[chime], RATE)
