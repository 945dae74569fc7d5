"""POST /v1/audio/speech."""

from __future__ import annotations

import base64
import json
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from app.api.dependencies import Deps, Given, check_text
from app.api.openai.names import VOICES, only, speaker
from app.api.openai.schemas import SpeechBody, VoiceId
from app.api.openai.several import failed
from app.api.speaking import Speaking
from app.api.streaming import Emit, Streamed
from app.events.voice import SpeakEvent
from app.kernel.tokens import estimate_tokens
from app.media.encoders import PLAIN, Encoder, encoder, media_type
from app.media.wav import Samples

router = APIRouter(prefix="/v1", tags=["openai"])

SOUND: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"audio/mpeg": {}, "audio/wav": {}}}}


@router.post("/audio/speech", response_class=Response, responses=SOUND)
async def speech(body: SpeechBody, deps: Given) -> Response:
    """The text as sound, sent while it is made. Hanging up stops it."""
    check_text(body.input, deps, "input")
    only(body.model, deps.settings.voice.tts.voice, deps.settings.api.model_names, VOICES, "speech")
    events = body.stream_format == "sse"
    return Streamed(
        lambda emit: _Spoken(deps, body, emit, events=events).make(),
        "text/event-stream" if events else media_type(body.response_format),
        closing=deps.closing,
        epilogue=failed if events else None,
    )


class _Spoken:
    """One text on its way. events: each piece as a server-sent event."""

    def __init__(self, deps: Deps, body: SpeechBody, emit: Emit, *, events: bool) -> None:
        self._deps = deps
        self._body = body
        self._emit = emit
        self._events = events
        self._encoder: Encoder | None = None

    async def make(self) -> None:
        body = self._body
        voice = body.voice.id if isinstance(body.voice, VoiceId) else body.voice
        speak = SpeakEvent(
            text=body.input,
            voice=speaker(voice),
            language=body.language,
            speed=body.speed,
            turn=self._deps.runtime.clock.new_id(),
        )
        await Speaking(self._deps, speak).into(self._begin, self._take)
        if self._encoder is not None:
            await self._send(await self._call(self._encoder.end))
        if self._events:
            tokens = estimate_tokens(body.input)
            usage = {"input_tokens": tokens, "output_tokens": 0, "total_tokens": tokens}
            await self._emit(_event({"type": "speech.audio.done", "usage": usage}))

    async def _begin(self, rate: int) -> None:
        self._encoder = await self._call(encoder, self._body.response_format, rate)

    async def _take(self, samples: Samples) -> None:
        if self._encoder is not None:
            await self._send(await self._call(self._encoder.feed, samples))

    async def _call(self, call: Any, *args: Any) -> Any:
        """What only copies samples needs no thread."""
        if self._body.response_format in PLAIN:
            return call(*args)
        return await self._deps.runtime.pool.run(call, *args)

    async def _send(self, sound: bytes) -> None:
        if not sound:
            return
        if self._events:
            told = {"type": "speech.audio.delta", "audio": base64.b64encode(sound).decode()}
            sound = _event(told)
        await self._emit(sound)


def _event(told: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(told)}\n\n".encode()
