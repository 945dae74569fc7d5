"""Asking for the words of a piece of sound."""

from __future__ import annotations

from app.config.voice import SttSettings
from app.events.voice import STTEvent, TranscribeEvent
from app.kernel.runtime import Runtime
from app.voice.audio.frames import Samples

TRANSCRIBE_SECONDS = 30.0
"""After this the transcription counts as failed."""


async def transcribe(
    runtime: Runtime,
    settings: SttSettings,
    audio: Samples,
    *,
    turn: str,
    revision: int,
    before: str | None,
    partial: bool = False,
) -> STTEvent:
    """The words; before: the language of the conversation so far; partial: the person still speaks.
    Cancelling it calls the work off. Raises SoloError."""
    key, stream = runtime.streams.open(2)
    stream.offer(audio)
    stream.close()
    request = TranscribeEvent(
        turn=turn,
        revision=revision,
        stream=key,
        language=set_language(settings),
        before=before,
        partial=partial,
    )
    try:
        return await runtime.bus.request(request, STTEvent, timeout=TRANSCRIBE_SECONDS)
    finally:
        runtime.streams.discard(key)


def set_language(settings: SttSettings) -> str | None:
    """The one that everybody speaks; None: it is recognised for each turn."""
    return None if settings.language == "auto" else settings.language
