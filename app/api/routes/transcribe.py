"""A recording and what is said in it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.api.audio import hear
from app.api.dependencies import Given
from app.api.schemas import Transcript
from app.api.streaming import leaving_cancels
from app.events.voice import STTEvent, TranscribeEvent

router = APIRouter(prefix="/api/v1", tags=["talk"])

BODY = {
    "requestBody": {
        "required": True,
        "content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Language = Annotated[str | None, Query(min_length=2, max_length=16, description="the language spoken in it")]


@router.post("/transcribe", openapi_extra=BODY)
async def transcribe(request: Request, deps: Given, language: Language = None) -> Transcript:
    """The words of a WAV (PCM or float, any rate, any channels) that is the body of the request."""
    runtime, api = deps.runtime, deps.settings.api
    data = await request.body()
    blocks = await runtime.pool.run(hear, data, api.max_audio_seconds)
    key, stream = runtime.streams.open(len(blocks))
    for block in blocks:
        stream.offer(block)
    stream.close()
    try:
        async with leaving_cancels(request, deps.closing):
            heard = await runtime.bus.request(
                TranscribeEvent(stream=key, language=language, turn=runtime.clock.new_id()),
                STTEvent,
                timeout=api.timeout_seconds,
            )
    finally:
        stream.abandon()
        runtime.streams.discard(key)
    return Transcript(
        text=heard.text,
        language=heard.language,
        seconds=heard.seconds,
        took_ms=heard.took_ms,
        reason=heard.reason,
    )
