"""The two ends of voice: the microphone and the loudspeaker, kept open."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import asdict
from typing import Literal, TypeAlias

import anyio
import numpy as np
import structlog
from anyio.lowlevel import checkpoint

from app.config.voice import VoiceSettings
from app.events.skills import VolumeEvent
from app.events.voice import AudioDeviceEvent, EchoEvent, LevelEvent, PlaybackEvent
from app.kernel.bus import Subscription
from app.kernel.errors import DeviceLost, SoloError
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.voice.audio.echo.guard import Cleaned, EchoGuard
from app.voice.audio.echo.played import Played
from app.voice.audio.echo.report import EchoReport
from app.voice.audio.frames import FRAME, Frame, Samples
from app.voice.audio.gain import Gain
from app.voice.audio.hub import FrameHub
from app.voice.audio.level import SILENCE_DBFS, dbfs
from app.voice.audio.overecho import OverEcho
from app.voice.audio.pace import NoPace, Pace
from app.voice.audio.playback import Playback, Speech
from app.voice.audio.port import AudioSink, AudioSource, VoiceActivity

log = structlog.get_logger("solo.audio")

State: TypeAlias = Literal["ready", "lost", "absent"]

REOPEN_SECONDS = (0.1, 0.3, 0.7, 1.5, 3.0)
"""A device that went away is tried again after these; then the supervisor has its say."""
PATIENCE = 50
"""Rounds in which a listener may take a frame of a file that is read faster than time."""
LEVEL_EVERY = 4
"""Frames between two LevelEvents."""
ECHO_EVERY = 32
"""Frames (a second) between two looks at how the cancelling of echo stands."""
SIZE_DB = 6.0
"""Less more or less attenuation is no news."""


class _Device:
    """Opens a device, again and again, and says how it stands with it."""

    def __init__(
        self,
        runtime: Runtime,
        role: Literal["microphone", "speaker"],
        device: AudioSource | AudioSink,
        road: FrameHub | Playback,
    ) -> None:
        self._runtime = runtime
        self._role: Literal["microphone", "speaker"] = role
        self._device = device
        self._road = road
        self._tries = 0
        self._was_open = False

    async def keep(self, use: Callable[[], Awaitable[None]]) -> None:
        """Run `use` until it returns; after a loss run it again. Raises what cannot be mended by
        opening it again: no such device, or one that stays away."""
        while True:
            try:
                await use()
            except SoloError as error:
                if not self._was_open:
                    self.announce("absent", str(error))
                    raise
                self.announce("lost", str(error))
                if self._tries >= len(REOPEN_SECONDS):
                    self.announce("absent", str(error))
                    raise
                await self._runtime.clock.sleep(REOPEN_SECONDS[self._tries])
                self._tries += 1
            else:
                return

    def opened(self, ready: Ready) -> None:
        """It is open: say so."""
        self.announce("ready")
        if not self._was_open:
            self._was_open = True
            ready()

    def works(self) -> None:
        """It does what it should: a later loss begins counting anew."""
        self._tries = 0

    def announce(self, state: State, reason: str = "") -> None:
        """Publish it unless it is known."""
        if self._road.device_state == state:
            return
        self._road.device_state = state
        log.info("device", role=self._role, state=state, device=self._device.name, reason=reason)
        event = AudioDeviceEvent(role=self._role, state=state, device=self._device.name, reason=reason)
        self._runtime.bus.publish(event)


class MicrophoneService:
    """Cuts what the microphone gives into frames, takes Solo's own voice out of them, lifts them if they
    are too quiet, scores them and hands them on.

    pace: for a file that is read faster than time; then every frame is waited for.
    """

    def __init__(
        self,
        runtime: Runtime,
        settings: VoiceSettings,
        source: AudioSource,
        vad: VoiceActivity,
        hub: FrameHub,
        pace: Pace | None = None,
        guard: EchoGuard | None = None,
    ) -> None:
        self._runtime = runtime
        self._minimum = settings.vad.minimum_dbfs
        self._source = source
        self._vad = vad
        self._scored = OverEcho(vad)
        self._hub = hub
        self._pace = None if isinstance(pace, NoPace) else pace
        self._gain = Gain(settings.audio.lift_db)
        self._guard = guard
        if guard is not None:
            guard.follow(stepping=self._pace is not None)
        self._device = _Device(runtime, "microphone", source, hub)
        self._count = 0
        self._told: tuple[str, str, bool, int | None] | None = None

    async def run(self, ready: Ready) -> None:
        """Listen until cancelled or until there is no more to hear."""
        await self._runtime.pool.run(self._vad.load)
        if self._guard is not None:
            await self._runtime.pool.run(self._guard.load)

        async def listen() -> None:
            async with self._source.open() as blocks:
                self._vad.reset()
                if self._guard is not None:
                    self._guard.restarted()
                self._device.opened(ready)
                await self._listen(blocks)

        try:
            await self._device.keep(listen)
        finally:
            if self._guard is not None:
                self._guard.close()

    async def _listen(self, blocks: AsyncIterator[Samples]) -> None:
        rest: Samples = np.zeros(0, np.float32)
        async for block in blocks:
            self._device.works()
            rest = np.concatenate((rest, block)) if len(rest) else block
            while len(rest) >= FRAME:
                self._hear(rest[:FRAME])
                rest = rest[FRAME:]
                if self._pace is not None:
                    await self._in_step(self._pace)

    async def _in_step(self, pace: Pace) -> None:
        """Wait until the listeners are done with the frame; one that itself waits for sample time
        to pass must not stop it for ever."""
        for _ in range(PATIENCE):
            await pace.idle()
            if not self._hub.lagging:
                return

    def _hear(self, samples: Samples) -> None:
        cleaned = self._lifted(self._cleaned(samples))
        samples = cleaned.samples
        loudness = dbfs(samples)
        speech = self._scored.score(samples, loudness, cleaned.echo)
        if loudness < self._minimum and cleaned.echo <= SILENCE_DBFS:
            speech = 0.0
        self._hub.publish(Frame(self._hub.position, samples, speech, loudness, cleaned.echo))
        self._count += 1
        if self._count % LEVEL_EVERY == 0:
            self._runtime.bus.publish(LevelEvent(dbfs=round(loudness, 1), speech=round(speech, 2)))

    def _cleaned(self, samples: Samples) -> Cleaned:
        if self._guard is None:
            return Cleaned(samples)
        if self._count % ECHO_EVERY == 0:
            self._tell(self._guard.report())
        return self._guard.hear(samples, self._hub.position, self._runtime.clock.monotonic())

    def _lifted(self, cleaned: Cleaned) -> Cleaned:
        own = cleaned.echo > SILENCE_DBFS
        samples, lift = self._gain.process(cleaned.samples, learn=not own)
        return Cleaned(samples, cleaned.echo + lift if own else cleaned.echo) if lift else cleaned

    def _tell(self, report: EchoReport) -> None:
        """Publish how the cancelling stands, when that is another state, trouble or order of size."""
        size = None if report.attenuation_db is None else round(report.attenuation_db / SIZE_DB)
        told = (report.state, report.reason, report.delay_ms is None, size)
        if told == self._told:
            return
        if report.reason and (self._told is None or self._told[1] != report.reason):
            log.warning("echo", state=report.state, engine=report.engine, reason=report.reason)
        self._told = told
        self._runtime.bus.publish(EchoEvent(**asdict(report)))


class SpeakerService:
    """Writes what waits in the playback to the loudspeaker and says what has been heard."""

    def __init__(
        self,
        runtime: Runtime,
        settings: VoiceSettings,
        sink: AudioSink,
        playback: Playback,
        pace: Pace | None = None,
        played: Played | None = None,
    ) -> None:
        self._runtime = runtime
        self._volume = settings.audio.volume
        self._wishes: Subscription[VolumeEvent] | None = None
        self._sink = sink
        self._played = played or Played()
        self._playback = playback
        self._device = _Device(runtime, "speaker", sink, playback)

    async def run(self, ready: Ready) -> None:
        """Play until cancelled. While there is no loudspeaker, what is said vanishes."""

        async def play() -> None:
            async with self._sink.open():
                self._playback.attach(self._sink)
                self._played.attach(self._sink)
                try:
                    self._device.opened(ready)
                    await self._play()
                finally:
                    self._played.attach(None)
                    self._playback.detach()

        try:
            with self._runtime.bus.subscribe(VolumeEvent, name="speaker") as self._wishes:
                await self._device.keep(play)
        finally:
            self._playback.detach(deaf=True)

    async def _play(self) -> None:
        lost: DeviceLost | None = None
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._feed, name="speaker:feed")
                group.start_soon(self._follow_all, name="speaker:follow")
                group.start_soon(self._watch, name="speaker:watch")
                group.start_soon(self._obey, name="speaker:obey")
        except* DeviceLost as caught:
            lost = next(_leaves(caught))
        if lost is not None:
            raise lost

    async def _feed(self) -> None:
        while True:
            changed = self._playback.changed
            piece = self._playback.take()
            if piece is None:
                await changed.wait()
                continue
            sound = self._at_volume(piece.samples)
            await self._sink.write(sound)
            self._played.wrote(sound, self._runtime.clock.monotonic())
            self._playback.wrote(piece)
            self._device.works()

    async def _obey(self) -> None:
        if self._wishes is not None:
            async for wish in self._wishes:
                self._volume = wish.level

    def _at_volume(self, samples: Samples) -> Samples:
        samples = self._playback.softened(samples)
        if self._volume == 1.0:
            return samples
        return np.clip(samples * np.float32(self._volume), -1.0, 1.0)

    async def _watch(self) -> None:
        """Notice the loss of the device while nothing is being said."""
        while True:
            await self._sink.heard(sys.maxsize)
            await checkpoint()

    async def _follow_all(self) -> None:
        while True:
            changed = self._playback.changed
            speech = self._playback.unannounced()
            if speech is None:
                await changed.wait()
                continue
            await self._follow(speech)
            speech.announced = True

    async def _follow(self, speech: Speech) -> None:
        """Say when the turn's speech began to be heard and when it was over."""
        while not speech.over.is_set():
            changed = speech.changed
            if speech.audible is not None and not speech.started:
                await self._await_start(speech, speech.audible)
            elif speech.exhausted and speech.written:
                await self._await_end(speech, speech.end)
            else:
                await changed.wait()
        if speech.aside:
            return
        state: Literal["stopped", "finished"] = "stopped" if speech.stopped else "finished"
        played = self._playback.heard_ms(speech.turn)
        self._runtime.bus.publish(PlaybackEvent(turn=speech.turn, state=state, played_ms=played))

    async def _await_start(self, speech: Speech, first: int) -> None:
        await self._sink.heard(first + 1)
        if speech.over.is_set() or self._sink.played <= first:
            return
        speech.started = True
        if speech.aside:
            return
        ago = (self._sink.played - first) / self._sink.rate
        at = self._runtime.clock.monotonic() - ago
        self._runtime.bus.publish(PlaybackEvent(turn=speech.turn, state="started", audible_at=at))

    async def _await_end(self, speech: Speech, end: int) -> None:
        await self._sink.heard(end)
        if self._sink.played >= end and speech.exhausted:
            speech.over.set()
            speech.nudge()


def _leaves(group: BaseExceptionGroup[DeviceLost]) -> Iterator[DeviceLost]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
