"""Plays a sound, hears it come back, and measures what the way between does to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import numpy as np

from app.kernel.clock import Clock
from app.kernel.errors import DeviceLost
from app.voice.audio.echo.guard import EchoGuard
from app.voice.audio.echo.played import Played
from app.voice.audio.echo.port import EchoCanceller
from app.voice.audio.echo.verdict import (
    AFTER_SECONDS,
    CLIPPED,
    JUDGED_SECONDS,
    QUIET_SECONDS,
    SOUND_DBFS,
    SOUND_SECONDS,
    Check,
    level,
    sound,
)
from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.audio.playback import PIECE_MS
from app.voice.audio.port import AudioSink, AudioSource

PATIENCE = 4.0
"""Seconds longer than the sound for which a device may take."""


class SoundCheck:
    """One check with these devices; `run` it once."""

    def __init__(
        self, clock: Clock, source: AudioSource, sink: AudioSink, engine: EchoCanceller, volume: float = 1.0
    ) -> None:
        self._clock = clock
        self._source = source
        self._sink = sink
        self._volume = volume
        self._played = Played()
        self._guard = EchoGuard(engine, self._played)
        self._heard: list[Samples] = []
        self._clean: list[Samples] = []
        self._index = 0

    async def run(self) -> Check:
        """Takes about seven seconds. Raises NotFound, MissingExtra, DeviceLost."""
        self._guard.load()
        try:
            async with self._source.open() as blocks, self._sink.open():
                self._played.attach(self._sink)
                with anyio.move_on_after(QUIET_SECONDS + SOUND_SECONDS + AFTER_SECONDS + PATIENCE) as scope:
                    async with anyio.create_task_group() as group:
                        group.start_soon(self._play)
                        await self._listen(blocks)
                        group.cancel_scope.cancel()
                if scope.cancelled_caught and not self._heard:
                    raise DeviceLost(f"The microphone {self._source.name} gave no sound.")
        finally:
            self._guard.close()
        return self._judge()

    # -- inside ----------------------------------------------------------------------------------

    async def _play(self) -> None:
        await self._clock.sleep(QUIET_SECONDS)
        line = sound(self._sink.rate) * np.float32(self._volume)
        step = self._sink.rate * PIECE_MS // 1000
        for at in range(0, len(line), step):
            piece = line[at : at + step]
            await self._sink.write(piece)
            self._played.wrote(piece, self._clock.monotonic())

    async def _listen(self, blocks: AsyncIterator[Samples]) -> None:
        rest: Samples = np.zeros(0, np.float32)
        wanted = round((QUIET_SECONDS + SOUND_SECONDS + AFTER_SECONDS) * RATE)
        async for block in blocks:
            rest = np.concatenate((rest, block))
            while len(rest) >= FRAME:
                self._hear(rest[:FRAME])
                rest = rest[FRAME:]
            if self._index >= wanted:
                return

    def _hear(self, frame: Samples) -> None:
        cleaned = self._guard.hear(frame, self._index, self._clock.monotonic())
        self._heard.append(frame)
        self._clean.append(cleaned.samples)
        self._index += FRAME

    def _judge(self) -> Check:
        heard, clean = np.concatenate(self._heard), np.concatenate(self._clean)
        delay = self._guard.report().delay_ms
        # by the microphone's count, whatever the devices took to start
        ended = self._played.until + round((delay or 0.0) * RATE / 1000)
        began = ended - round(JUDGED_SECONDS * RATE)
        quiet = round(QUIET_SECONDS * RATE)
        return Check(
            microphone=self._source.name,
            speaker=self._sink.name,
            speaker_rate=self._sink.rate,
            played_dbfs=SOUND_DBFS + 20 * float(np.log10(max(self._volume, 1e-3))),
            room_dbfs=level(heard, FRAME * 4, quiet - FRAME * 2),
            echo_dbfs=level(heard, began, ended),
            left_dbfs=level(clean, began, ended),
            delay_ms=delay,
            clipped=float(np.mean(np.abs(heard) >= CLIPPED)),
            speed=self._played.clock.speed,
            drift=self._played.drift,
            jumps=self._played.jumps,
        )
