"""Text to be heard."""

from __future__ import annotations

import anyio
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.dependencies import Deps, Given, check_device, check_text
from app.api.schemas import Done, SayBody, SayReply
from app.api.streaming import Emit, Streamed, leaving_cancels
from app.events.voice import SpeakEvent, StopSpeakingEvent, TTSEvent
from app.kernel.errors import BadInput, SoloError
from app.kernel.streams import Stream
from app.media.wav import Samples
from app.media.wavwriter import to_pcm16, wav_header

router = APIRouter(prefix="/api/v1", tags=["talk"])


@router.post("/say", response_model=SayReply, responses={200: {"content": {"audio/wav": {}}}})
async def say(body: SayBody, request: Request, deps: Given) -> SayReply | Response:
    """The speech as a WAV, sent while it is made (its header gives no length), or with `play` on
    Solo's loudspeaker. Hanging up stops it."""
    check_text(body.text, deps)
    turn = deps.runtime.clock.new_id()
    if not body.play:
        return Streamed(
            lambda emit: _Recording(deps, body, turn, emit).make(), "audio/wav", closing=deps.closing
        )
    check_device(deps, "speaker")
    async with leaving_cancels(request, deps.closing):
        return await _play(deps, body, turn)


@router.post("/stop")
async def stop(deps: Given) -> Done:
    """Be silent now."""
    deps.runtime.bus.publish(StopSpeakingEvent())
    return Done()


async def _play(deps: Deps, body: SayBody, turn: str) -> SayReply:
    clock = deps.runtime.clock
    began, first, seconds, pieces = clock.monotonic(), 0.0, 0.0, 0
    speak = SpeakEvent(text=body.text, voice=body.voice, turn=turn)
    async with deps.runtime.bus.ask(speak, timeout=deps.settings.api.timeout_seconds) as answers:
        async for answer in answers:
            if isinstance(answer, TTSEvent):
                first = first or (clock.monotonic() - began) * 1000
                seconds += answer.samples / answer.rate
                pieces = answer.index + 1
    return SayReply(turn=turn, seconds=round(seconds, 3), pieces=pieces, first_audio_ms=round(first, 1))


class _Recording:
    """Speech on its way into a WAV: the pieces' rate comes by the answers, their sound by a stream."""

    def __init__(self, deps: Deps, body: SayBody, turn: str, emit: Emit) -> None:
        self._deps = deps
        self._body = body
        self._turn = turn
        self._emit = emit
        self._rate: int | None = None
        self._known = anyio.Event()
        self._failed: SoloError | None = None

    async def make(self) -> None:
        key, stream = self._deps.runtime.streams.open()
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._read_answers, key, stream, name="api.say")
                await self._known.wait()
                if self._rate is not None:
                    await self._send(stream, self._rate)
        finally:
            stream.abandon()
            self._deps.runtime.streams.discard(key)
        if self._failed is not None:
            raise self._failed
        if self._rate is None:
            raise BadInput("There is nothing to say in that text.")

    async def _send(self, stream: Stream[Samples], rate: int) -> None:
        await self._emit(wav_header(rate))
        try:
            async for samples in stream:
                await self._emit(to_pcm16(samples))
        except SoloError as error:
            self._failed = self._failed or error

    async def _read_answers(self, key: str, stream: Stream[Samples]) -> None:
        speak = SpeakEvent(text=self._body.text, voice=self._body.voice, sink=key, turn=self._turn)
        try:
            async with self._deps.runtime.bus.ask(
                speak, timeout=self._deps.settings.api.timeout_seconds
            ) as answers:
                async for answer in answers:
                    if isinstance(answer, TTSEvent):
                        self._rate = self._rate or answer.rate
                        self._known.set()
        except SoloError as error:
            self._failed = error
        finally:
            stream.close()
            self._known.set()
