"""POST /v1/audio/transcriptions."""

from __future__ import annotations

import json
import zlib
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from app.api.audio import hear_any
from app.api.dependencies import Deps, Given
from app.api.openai.errors import BadParameter
from app.api.openai.names import EARS, only
from app.api.openai.subtitles import Line, lines, srt, vtt
from app.api.streaming import leaving_cancels
from app.events.voice import STTEvent, TranscribeEvent
from app.kernel.errors import TooLarge
from app.kernel.languages import name_of

router = APIRouter(prefix="/v1", tags=["openai"])

FORMATS: Final = ("json", "text", "srt", "vtt", "verbose_json")
HEEDED: Final = frozenset({
    "file", "model", "language", "prompt", "response_format", "timestamp_granularities[]", "stream",
})  # fmt: skip
IGNORED: Final = frozenset({"temperature", "chunking_strategy", "user"})
"""What changes nothing here."""
MOST_FIELDS: Final = 32
MOST_FIELD_BYTES: Final = 65_536
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}}
                    | {name: {"type": "string"} for name in sorted(HEEDED - {"file"})},
                }
            }
        },
    }
}


@router.post("/audio/transcriptions", response_class=Response, openapi_extra=BODY)
async def transcriptions(request: Request, deps: Given) -> Response:
    """The words of a recording (WAV, MP3, FLAC, Ogg, WebM, MP4), with their times in all formats that have
    room for them."""
    limits = {"max_files": 1, "max_fields": MOST_FIELDS, "max_part_size": MOST_FIELD_BYTES}
    async with request.form(**limits) as form:
        wanted = _Wanted(form, deps)
        data = await _file(form, deps)
    blocks = await deps.runtime.pool.run(hear_any, data, deps.settings.api.max_audio_seconds)
    key, stream = deps.runtime.streams.open(len(blocks))
    for block in blocks:
        stream.offer(block)
    stream.close()
    try:
        async with leaving_cancels(request, deps.closing):
            heard = await deps.runtime.bus.request(
                wanted.request(key, deps.runtime.clock.new_id()),
                STTEvent,
                timeout=deps.settings.api.timeout_seconds,
            )
    finally:
        stream.abandon()
        deps.runtime.streams.discard(key)
    return wanted.answer(heard)


async def _file(form: FormData, deps: Deps) -> bytes:
    file, most = form.get("file"), deps.settings.api.max_body_bytes
    if not isinstance(file, UploadFile):
        raise BadParameter("There is no file in the form.", "file")
    data = await file.read()
    if len(data) > most:
        raise TooLarge(f"The file is larger than {most} bytes.", hint="Raise it: SOLO_API__MAX_BODY_BYTES.")
    return data


class _Wanted:
    """What the form asks for. Raises BadParameter, NoSuchModel."""

    def __init__(self, form: FormData, deps: Deps) -> None:
        for name in form:
            if name not in HEEDED | IGNORED:
                raise BadParameter(f"The parameter `{name}` is not known here.", name)
        own, others = deps.settings.voice.stt.model, deps.settings.api.model_names
        only(_text(form, "model"), own, others, EARS, "transcription")
        self._language = _text(form, "language") or None
        self._hints = tuple(hint for hint in (_text(form, "prompt"),) if hint)
        self._stream = _text(form, "stream").lower() in ("true", "1")
        self._format = _text(form, "response_format") or "json"
        if self._format not in FORMATS:
            raise BadParameter(f"`response_format` is one of {', '.join(FORMATS)}.", "response_format")
        grains = {str(grain) for grain in form.getlist("timestamp_granularities[]")}
        if strange := grains - {"word", "segment"}:
            raise BadParameter(
                f"Times are given by word or segment, not by {min(strange)}.", "timestamp_granularities"
            )
        self._words = "word" in grains
        self._segments = "segment" in grains or not grains

    def request(self, stream: str, turn: str) -> TranscribeEvent:
        """What is asked of the ear."""
        timed = self._format not in ("json", "text")
        return TranscribeEvent(
            stream=stream, language=self._language, hints=self._hints, words=timed, turn=turn
        )

    def answer(self, heard: STTEvent) -> Response:
        """In the form that was asked for."""
        usage = {"type": "duration", "seconds": round(heard.seconds)}
        if self._stream:
            return _events(heard.text, usage)
        if self._format == "json":
            return _json({"text": heard.text, "usage": usage})
        told = lines(heard.words, heard.text, heard.seconds)
        if self._format == "verbose_json":
            return _json(self._verbose(heard, told, usage))
        written = {"srt": srt, "vtt": vtt}.get(self._format)
        return Response(written(told) if written else heard.text + "\n", media_type="text/plain")

    def _verbose(self, heard: STTEvent, told: list[Line], usage: Any) -> dict[str, Any]:
        whole: dict[str, Any] = {
            "task": "transcribe",
            "language": name_of(heard.language).lower(),
            "duration": round(heard.seconds, 3),
            "text": heard.text,
            "usage": usage,
        }
        if self._segments:
            whole["segments"] = [_segment(place, line, heard) for place, line in enumerate(told)]
        if self._words:
            whole["words"] = [
                {"word": word.text, "start": round(word.start, 3), "end": round(word.end, 3)}
                for word in heard.words
            ]
        return whole


def _segment(place: int, line: Line, heard: STTEvent) -> dict[str, Any]:
    """The doubts are those of the whole recording; the numbers of its tokens nobody needs."""
    raw = line.text.encode()
    return {
        "id": place,
        "seek": 0,
        "start": round(line.start, 3),
        "end": round(line.end, 3),
        "text": line.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": heard.log_probability,
        "compression_ratio": round(len(raw) / len(zlib.compress(raw)), 3),
        "no_speech_prob": heard.no_speech,
    }


def _events(text: str, usage: Any) -> Response:
    """All of it at once: what is heard as a whole is not known before."""
    told = [
        {"type": "transcript.text.delta", "delta": text},
        {"type": "transcript.text.done", "text": text, "usage": usage},
    ]
    return Response("".join(f"data: {json.dumps(one)}\n\n" for one in told), media_type="text/event-stream")


def _json(told: dict[str, Any]) -> Response:
    return Response(json.dumps(told), media_type="application/json")


def _text(form: FormData, name: str) -> str:
    given = form.get(name)
    return given.strip() if isinstance(given, str) else ""
