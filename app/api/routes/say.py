"""Text to be heard."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.dependencies import Deps, Given, check_device, check_text
from app.api.schemas import Done, SayBody, SayReply
from app.api.speaking import Speaking
from app.api.streaming import Emit, Streamed, leaving_cancels
from app.events.voice import SpeakEvent, StopSpeakingEvent, TTSEvent
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
        return Streamed(lambda emit: _record(deps, body, turn, emit), "audio/wav", closing=deps.closing)
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


async def _record(deps: Deps, body: SayBody, turn: str, emit: Emit) -> None:
    """The speech as a WAV, while it is made."""

    async def begin(rate: int) -> None:
        await emit(wav_header(rate))

    async def take(samples: Samples) -> None:
        await emit(to_pcm16(samples))

    await Speaking(deps, SpeakEvent(text=body.text, voice=body.voice, turn=turn)).into(begin, take)
