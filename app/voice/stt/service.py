"""The stage that turns speech into text: one request, one transcript."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable
from typing import Final, ParamSpec, TypeVar

import anyio
import numpy as np
import structlog

from app.config.voice import SttSettings
from app.events.base import Answer
from app.events.voice import STTEvent, TranscribeEvent
from app.kernel.blocking import Lane
from app.kernel.errors import TooLarge
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.voice.audio.frames import RATE, Samples
from app.voice.stt.guard import doubt, doubt_sound
from app.voice.stt.port import SpeechToText, Transcript

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger("solo.stt")

LONGEST_SECONDS: Final = 900
"""A quarter of an hour: 58 MB of samples."""


class SttService:
    """Owns TranscribeEvent. The engine is called on one thread of its own, one call at a time."""

    def __init__(self, runtime: Runtime, settings: SttSettings, engine: SpeechToText) -> None:
        self._runtime = runtime
        self._settings = settings
        self._engine = engine
        self._lane = Lane("stt")

    async def run(self, ready: Ready) -> None:
        """Load, then transcribe until cancelled. Raises what the engine's `load` raises."""
        try:
            began = self._runtime.clock.monotonic()
            await self._call(self._engine.load)
            took = (self._runtime.clock.monotonic() - began) * 1000
            log.info("model_loaded", engine=self._engine.name, model=self._settings.model, ms=round(took))
            async with self._runtime.bus.serve(TranscribeEvent, self._transcribe, name="stt", limit=4):
                ready()
                await anyio.sleep_forever()
        finally:
            self._lane.close()
            self._engine.close()

    async def _call(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._engine.capabilities.instant:
            return call(*args, **kwargs)
        return await self._lane.run(call, *args, **kwargs)

    async def _transcribe(self, request: TranscribeEvent) -> AsyncGenerator[Answer, None]:
        audio = await self._collect(request.stream)
        began = self._runtime.clock.monotonic()
        heard, reason = await self._hear(audio, request)
        took = (self._runtime.clock.monotonic() - began) * 1000
        log.debug("transcribed", turn=request.turn, seconds=round(audio.size / RATE, 2), ms=round(took))
        yield STTEvent(
            owner=request.owner,
            turn=request.turn,
            revision=request.revision,
            text="" if reason else heard.text,
            language=heard.language,
            seconds=audio.size / RATE,
            took_ms=took,
            reason=reason,
            no_speech=heard.no_speech,
            log_probability=heard.log_probability,
            words=() if reason else heard.words,
        )

    async def _hear(self, audio: Samples, request: TranscribeEvent) -> tuple[Transcript, str]:
        peak = float(np.max(np.abs(audio))) if audio.size else 0.0
        reason = doubt_sound(audio.size / RATE, peak)
        if reason:
            return Transcript("", request.language or "en", no_speech=1.0), reason
        hints = (*self._settings.hints, *request.hints)
        given_up, before = threading.Event(), request.before
        try:
            heard = await self._call(
                self._engine.transcribe,
                audio,
                request.language,
                hints,
                given_up.is_set,
                before,
                words=request.words,
            )
        finally:
            given_up.set()
        return heard, doubt(heard)

    async def _collect(self, key: str) -> Samples:
        """Everything the stream brings until it is closed. Raises NotFound, TooLarge."""
        stream = self._runtime.streams.claim(key)
        chunks: list[Samples] = []
        length = 0
        try:
            async for chunk in stream:
                chunks.append(chunk)
                length += chunk.size
                if length > LONGEST_SECONDS * RATE:
                    raise TooLarge(
                        f"The recording is longer than {LONGEST_SECONDS // 60} minutes.",
                        hint="Cut it into pieces.",
                    )
        finally:
            stream.abandon()
        return np.concatenate(chunks).astype(np.float32, copy=False) if chunks else np.zeros(0, np.float32)
