"""Speaking outside a conversation: into a WAV file, or aloud."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import anyio

from app.events.voice import PlaybackEvent, SpeakEvent, TTSEvent
from app.kernel.errors import BadInput, DeviceLost
from app.kernel.runtime import Runtime
from app.media.wavwriter import WavWriter
from app.voice.audio.frames import Samples

START_SECONDS: Final = 5.0
"""Within that time the loudspeaker must have begun."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was spoken. rate: samples per second; first_audio_ms: until the first piece was ready."""

    seconds: float
    pieces: int
    rate: int
    first_audio_ms: float


async def speak_to_wav(runtime: Runtime, text: str, path: Path, *, voice: str | None = None) -> Spoken:
    """The text as a WAV file of 16 bit mono, at the voice's own rate.

    Raises BadInput when there is nothing to say in it; then no file is made.
    """
    began = runtime.clock.monotonic()
    samples = pieces = rate = 0
    first = 0.0
    writer: WavWriter | None = None
    try:
        async with aclosing(_pieces(runtime, text, voice)) as spoken:
            async for event, audio in spoken:
                if writer is None:
                    rate, first = event.rate, (runtime.clock.monotonic() - began) * 1000
                    writer = WavWriter(path, rate)
                writer.write(audio)
                samples, pieces = samples + audio.size, event.index + 1
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        raise BadInput("There is nothing to say in that text.")
    return Spoken(samples / rate, pieces, rate, first)


async def _pieces(
    runtime: Runtime, text: str, voice: str | None
) -> AsyncGenerator[tuple[TTSEvent, Samples], None]:
    """Each piece with its sound, one after the other."""
    key, stream = runtime.streams.open()
    sound = aiter(stream)
    try:
        async with runtime.bus.ask(SpeakEvent(text=text, sink=key, voice=voice)) as answers:
            async for event in answers:
                if isinstance(event, TTSEvent):
                    yield event, await anext(sound)
    finally:
        stream.abandon()
        runtime.streams.discard(key)


async def speak_aloud(runtime: Runtime, text: str, *, voice: str | None = None) -> Spoken:
    """The text by the loudspeaker; comes back when it has been heard.

    Raises BadInput when there is nothing to say, DeviceLost when the loudspeaker stays silent.
    """
    began, turn = runtime.clock.monotonic(), runtime.clock.new_id()
    events: list[TTSEvent] = []
    first = 0.0
    with runtime.bus.subscribe(PlaybackEvent, name="say") as playback:
        async with runtime.bus.ask(SpeakEvent(turn=turn, text=text, voice=voice)) as answers:
            async for event in answers:
                if isinstance(event, TTSEvent):
                    first = first or (runtime.clock.monotonic() - began) * 1000
                    events.append(event)
        if not events:
            raise BadInput("There is nothing to say in that text.")
        rate, samples = events[0].rate, sum(event.samples for event in events)
        try:
            with anyio.fail_after(samples / rate + START_SECONDS):
                async for event in playback:
                    if event.turn == turn and event.state != "started":
                        break
        except TimeoutError:
            raise DeviceLost(
                "The loudspeaker played nothing.", hint="See solo devices, or name a file: --out speech.wav"
            ) from None
    return Spoken(samples / rate, events[-1].index + 1, rate, first)
