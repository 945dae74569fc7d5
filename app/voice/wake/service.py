"""Listens for the wake word and says so when the second look agrees."""

from __future__ import annotations

from collections import deque

import structlog

from app.config.voice import WakeSettings
from app.events.voice import WakeWordEvent
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.voice.audio.frames import FRAME, RATE, Frame
from app.voice.audio.hub import FrameHub
from app.voice.audio.pace import NoPace, Pace
from app.voice.wake.port import Detection, WakeEngine
from app.voice.wake.second_look import AFTER, BEFORE, implausible, variations

log = structlog.get_logger("solo.wake")

PAUSE = RATE
"""Samples after a wake, or one that was refused, in which no other counts: it is the same word."""
STILL = RATE // 2
"""As long as the engine goes on finding it, and this much longer, it is the same word too."""


class WakeService:
    """Frames → engine → second look → WakeWordEvent, about 0.3 s after the word.

    pace: for files that are read faster than time. Whether a wake matters just now is decided by
    whoever listens to the event.
    """

    def __init__(
        self,
        runtime: Runtime,
        settings: WakeSettings,
        engine: WakeEngine,
        hub: FrameHub,
        pace: Pace | None = None,
    ) -> None:
        self._runtime = runtime
        self._second_look = settings.second_look
        self._engine = engine
        self._hub = hub
        self._pace = pace or NoPace()
        self._recent: deque[Frame] = deque(maxlen=BEFORE + AFTER)
        self._candidate: tuple[Detection, int] | None = None
        self._deaf_until = 0
        self._next = 0

    async def run(self, ready: Ready) -> None:
        """Listen until cancelled. Raises what the engine's `load` raises."""
        await self._runtime.pool.run(self._engine.load)
        log.info("engine_loaded", engine=self._engine.name, words=self._engine.words)
        frames = self._hub.subscribe("wake")
        try:
            ready()
            async for frame in frames:
                await self._hear(frame)
        finally:
            self._hub.unsubscribe(frames)
            self._engine.close()

    async def _hear(self, frame: Frame) -> None:
        if frame.index != self._next and self._recent:
            self._begin_anew()  # frames were lost: what the engine remembers no longer fits
        end = self._next = frame.index + FRAME
        self._recent.append(frame)
        found = await self._process(frame)
        if found is not None and end < self._deaf_until:
            self._deaf_until = max(self._deaf_until, end + STILL)
        elif found is not None and self._candidate is None:
            self._candidate = (found, end)
        if self._candidate is not None:
            detection, heard_at = self._candidate
            if not self._second_look or end - heard_at >= AFTER * FRAME:
                self._candidate = None
                self._deaf_until = heard_at + PAUSE
                await self._decide(detection, heard_at)

    async def _process(self, frame: Frame) -> Detection | None:
        if not self._engine.slow:
            return self._engine.process(frame.samples)
        with self._pace.busy():
            return await self._runtime.pool.run(self._engine.process, frame.samples)

    def _begin_anew(self) -> None:
        self._engine.reset()
        self._recent.clear()
        self._candidate = None

    async def _decide(self, detection: Detection, heard_at: int) -> None:
        refused = await self._refusal(detection) if self._second_look else ""
        if refused:
            log.info("wake_refused", word=detection.word, score=round(detection.score, 3), reason=refused)
            return
        log.info("woken", word=detection.word, score=round(detection.score, 3), sample=heard_at)
        self._runtime.bus.publish(
            WakeWordEvent(
                word=detection.word, score=detection.score, sample=heard_at, engine=self._engine.name
            )
        )

    async def _refusal(self, detection: Detection) -> str:
        """Why it does not count; empty when it does."""
        frames = list(self._recent)
        reason = implausible(frames)
        if reason:
            return reason
        with self._pace.busy():
            return await self._runtime.pool.run(self._heard_again, detection.word, frames)

    def _heard_again(self, word: str, frames: list[Frame]) -> str:
        for sound in variations(frames):
            if self._engine.again(word, sound) is False:
                return "not found again"
        return ""
