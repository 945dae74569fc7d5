"""The stage that knows whose turn it is: hears frames and calls, asks for words and answers."""

from __future__ import annotations

import anyio
import structlog

from app.config.voice import VoiceSettings
from app.events.base import LOCAL_OWNER, Event
from app.events.dialogue import TurnCancelledEvent
from app.events.voice import (
    AttentionEvent,
    AudioDeviceEvent,
    FillerEvent,
    NoJudgeEvent,
    PausesLearntEvent,
    PlaybackEvent,
    PushToTalkEvent,
    StopSpeakingEvent,
    WakeWordEvent,
)
from app.kernel.bus import Subscription
from app.kernel.errors import BrokenFile, MissingExtra, NotFound
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.kernel.streams import Stream
from app.voice.audio.frames import Frame
from app.voice.audio.hub import FrameHub
from app.voice.audio.pace import NoPace, Pace
from app.voice.audio.playback import Playback
from app.voice.turn.ear import Ear
from app.voice.turn.habits import Habits
from app.voice.turn.patience import Patience
from app.voice.turn.pauses import Pauses
from app.voice.turn.port import EndOfTurn
from app.voice.turn.silence import SilenceOnly

log = structlog.get_logger("solo.turn")

CALLS: tuple[type[Event], ...] = (
    WakeWordEvent,
    PushToTalkEvent,
    StopSpeakingEvent,
    PlaybackEvent,
    TurnCancelledEvent,
    AudioDeviceEvent,
    FillerEvent,
)


class TurnService:
    """Owns no request. judge: says from the sound whether a turn is over; default: nobody does.
    A judge whose model is not there is done without: then only silence and words end a turn.
    habits: what was learnt of people's pauses before; default: nothing, and nothing is kept.
    patience: how long is waited; default: as set, and as learnt.
    """

    def __init__(
        self,
        runtime: Runtime,
        settings: VoiceSettings,
        hub: FrameHub,
        playback: Playback,
        pace: Pace | None = None,
        *,
        judge: EndOfTurn | None = None,
        habits: Habits | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._runtime = runtime
        self._settings = settings
        self._hub = hub
        self._playback = playback
        self._pace = pace or NoPace()
        self._judge = judge or SilenceOnly()
        self._habits = habits
        self._patience = patience

    async def run(self, ready: Ready) -> None:
        """Converse until cancelled."""
        await self._load()
        patience = self._patience or await self._made()
        frames = self._hub.subscribe("turn")
        try:
            with self._runtime.bus.subscribe(*CALLS, name="turn") as calls:
                async with anyio.create_task_group() as group:
                    ear = Ear(
                        self._runtime,
                        self._settings,
                        self._playback,
                        self._judge,
                        self._pace,
                        group,
                        patience,
                    )
                    ear.rest()
                    group.start_soon(self._hear, ear, frames, name="turn:hear")
                    group.start_soon(self._obey, ear, calls, name="turn:obey")
                    group.start_soon(self._keep, patience, name="turn:keep")
                    ready()
        finally:
            self._hub.unsubscribe(frames)
            self._judge.close()

    async def _load(self) -> None:
        try:
            if self._judge.instant:
                self._judge.load()
            else:
                await self._runtime.pool.run(self._judge.load)
        except (NotFound, BrokenFile, MissingExtra) as error:
            log.warning("judge_missing", judge=self._judge.name, error=str(error))
            self._judge = SilenceOnly()
            self._runtime.bus.publish(NoJudgeEvent(reason=str(error)))

    async def _made(self) -> Patience:
        turn = self._settings.turn
        if self._habits is None or not turn.learn_pauses:
            return Patience(turn)
        known = await self._runtime.pool.run(self._habits.read, LOCAL_OWNER)
        self._tell(known)
        return Patience(turn, known)

    async def _keep(self, patience: Patience) -> None:
        """Write down what was learnt, while nobody speaks."""
        kept = patience.pauses
        with self._runtime.bus.subscribe(AttentionEvent, name="turn:keep") as states:
            async for state in states:
                if state.state in ("asleep", "listening") and patience.pauses != kept:
                    kept = patience.pauses
                    self._tell(kept)
                    if self._habits is not None:
                        await self._runtime.pool.run(self._habits.write, LOCAL_OWNER, kept)

    def _tell(self, known: Pauses) -> None:
        event = PausesLearntEvent(average_ms=known.average_ms, count=known.count, stretch=known.stretch)
        self._runtime.bus.publish(event)

    async def _hear(self, ear: Ear, frames: Stream[Frame]) -> None:
        async for frame in frames:
            ear.frame(frame)

    async def _obey(self, ear: Ear, calls: Subscription[Event]) -> None:
        async for call in calls:
            match call:
                case WakeWordEvent():
                    ear.wake(call.sample)
                case PushToTalkEvent():
                    ear.key(pressed=call.pressed)
                case StopSpeakingEvent():
                    ear.stop()
                case PlaybackEvent(state="started", turn=str(turn)):
                    ear.audible(turn)
                case FillerEvent():
                    ear.filler(call.text)
                case TurnCancelledEvent(turn=str(turn)):
                    ear.cancelled(turn)
                case AudioDeviceEvent(role="microphone", state="lost" | "absent"):
                    ear.microphone_lost()
                case _:
                    pass
