"""Hearing a recording: a WAV file into the stage, its transcript out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.events.voice import STTEvent, TranscribeEvent
from app.kernel.runtime import Runtime
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.wavfile import read_wav
from app.voice.stt.service import LONGEST_SECONDS

BLOCK: Final = RATE
"""Samples handed over at a time: a second."""


def read(path: Path) -> Samples:
    """A WAV of any rate, width and channels, as mono at 16 kHz.

    Raises NotFound, BadInput or TooLarge with a sentence that names the file.
    """
    return read_wav(path, longest=float(LONGEST_SECONDS))


async def transcribe_file(runtime: Runtime, path: Path, *, language: str | None = None) -> STTEvent:
    """What is said in a WAV. Raises as `read` does."""
    audio = await runtime.pool.run(read, path)
    return await transcribe(runtime, audio, language=language)


async def transcribe(runtime: Runtime, audio: Samples, *, language: str | None = None) -> STTEvent:
    """What is said in these samples (mono, 16 kHz)."""
    key, stream = runtime.streams.open(audio.size // BLOCK + 1)
    for start in range(0, audio.size, BLOCK):
        stream.offer(audio[start : start + BLOCK])
    stream.close()
    try:
        return await runtime.bus.request(TranscribeEvent(stream=key, language=language), STTEvent)
    finally:
        runtime.streams.discard(key)
