"""The stage that turns text into speech: clause by clause, while the text still grows."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final, ParamSpec, TypeVar

import anyio
import structlog
from anyio.abc import TaskGroup

from app.config.voice import TtsSettings
from app.events.base import Answer
from app.events.skills import SpeakingRateEvent
from app.events.voice import NoVoiceEvent, PlaybackEvent, SpeakEvent, TTSEvent
from app.kernel.blocking import Lane
from app.kernel.bus import Subscription
from app.kernel.errors import SoloError, TooLarge, Unavailable
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.voice.audio.frames import Samples
from app.voice.tts.feed import TextFeed
from app.voice.tts.polyglot import Polyglot
from app.voice.tts.port import Mouth, Sound, TextToSpeech
from app.voice.tts.sinks import MouthSink, Sink, StreamSink
from app.voice.tts.speakable import speakable, with_breath
from app.voice.tts.trim import PieceTrim, pause_after
from app.voice.tts.voices import MakeVoice, Voices

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger("solo.tts")

LONGEST_TEXT: Final = 20_000
"""Characters of a text that is given whole: about twenty minutes of speech."""


class TtsService:
    """Owns SpeakEvent. Engines are called on one thread of their own, one call at a time.

    playback: the road to the loudspeaker; None: only streams can be spoken into.
    make_voice: makes an engine for another voice than the settings'; None: there is only that.
    """

    def __init__(
        self,
        runtime: Runtime,
        settings: TtsSettings,
        engine: TextToSpeech,
        playback: Mouth | None = None,
        make_voice: MakeVoice | None = None,
    ) -> None:
        self._runtime = runtime
        self._settings = settings
        self._speed = settings.speed
        self._playback = playback
        self._polyglot = Polyglot(engine, settings.voices)
        self._voices = Voices(settings.voice, engine, make_voice, self._polyglot.names)
        self._engine = engine
        self._lane = Lane("tts")
        self._loading = anyio.Lock()
        self._group: TaskGroup | None = None
        self._sinks: set[Sink] = set()

    async def run(self, ready: Ready) -> None:
        """Load, then speak until cancelled. Raises what the engine's `load` raises."""
        try:
            began = self._runtime.clock.monotonic()
            await self._call(self._engine, self._engine.load)
            took = (self._runtime.clock.monotonic() - began) * 1000
            log.info("voice_loaded", engine=self._engine.name, voice=self._settings.voice, ms=round(took))
            with self._runtime.bus.subscribe(PlaybackEvent, SpeakingRateEvent, name="tts") as facts:
                async with (
                    anyio.create_task_group() as self._group,
                    self._runtime.bus.serve(SpeakEvent, self._speak, name="tts", limit=4),
                ):
                    ready()
                    await self._watch(facts)
        finally:
            self._lane.close()
            self._voices.close()

    async def _watch(self, facts: Subscription[PlaybackEvent | SpeakingRateEvent]) -> None:
        """Nothing more is made for a turn that was silenced; and speak as fast as is wished."""
        async for event in facts:
            if isinstance(event, SpeakingRateEvent):
                self._speed = event.speed
                continue
            for sink in self._sinks:
                sink.stopped |= event.state == "stopped" and event.turn == sink.turn

    async def _call(self, engine: TextToSpeech, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if engine.capabilities.instant:
            return call(*args, **kwargs)
        return await self._lane.run(call, *args, **kwargs)

    async def _speak(self, request: SpeakEvent) -> AsyncGenerator[Answer, None]:
        sink = self._sink(request)
        self._sinks.add(sink)
        try:
            engine = await self._engine_for(request)
            feed = self._feed(request, request.language or engine.capabilities.language)
            try:
                async with aclosing(self._pieces(request, engine, feed)) as pieces:
                    async for event, samples in pieces:
                        yield event
                        await sink.send(samples, event.rate, more=not event.last)
                        if sink.gone:
                            return
            finally:
                feed.close()
            feed.check()
            sink.complete = True
        finally:
            sink.close()
            self._sinks.discard(sink)

    async def _pieces(
        self, request: SpeakEvent, engine: TextToSpeech, feed: TextFeed
    ) -> AsyncGenerator[tuple[TTSEvent, Samples], None]:
        """Every stretch of every piece with its sound, as soon as it is made."""
        index = start = 0
        async for text in feed:
            began, here = self._runtime.clock.monotonic(), start
            async with aclosing(self._synthesize(engine, text, request)) as stretches:
                async for made in stretches:
                    event = TTSEvent(
                        owner=request.owner,
                        turn=request.turn,
                        revision=request.revision,
                        text=text,
                        index=index,
                        rate=engine.capabilities.rate,
                        start=start,
                        samples=made.samples.size,
                        took_ms=(self._runtime.clock.monotonic() - began) * 1000,
                        whole=made.whole,
                        last=made.last,
                        words=made.words,
                    )
                    yield event, made.samples
                    start += made.samples.size
            index += start > here

    async def _synthesize(
        self, engine: TextToSpeech, text: str, request: SpeakEvent
    ) -> AsyncGenerator[Sound, None]:
        """One piece, trimmed, stretch by stretch; none when there is nothing to say in it."""
        spoken = speakable(text, request.language or engine.capabilities.language)
        if not spoken:
            return
        piece = PieceTrim(engine.capabilities.rate, pause_after(spoken))
        sounds = engine.synthesize(with_breath(spoken), self._speed * request.speed)
        following = await self._call(engine, next, sounds, None)
        while (sound := following) is not None:
            if not sound.last and (made := piece.feed(sound)).samples.size:
                yield made
            following = await self._call(engine, next, sounds, None)
            if sound.last and (made := piece.end(sound, last=following is None)).samples.size:
                yield made

    async def _engine_for(self, request: SpeakEvent) -> TextToSpeech:
        """The voice that was named, or that of the language; the usual one when that is of no use."""
        if request.voice is not None:
            return await self._voice(request.voice)
        name: str | None = None
        try:
            name = self._polyglot.voice_for(request.language)
            engine = await self._voice(name)
            self._polyglot.check(request.language, engine)
        except SoloError as error:
            self._voices.drop(name or "")
            self._polyglot.useless(request.language, error)
            if self._polyglot.first_time(request.language):
                log.warning("no_voice", language=request.language, error=str(error))
                self._runtime.bus.publish(NoVoiceEvent(language=request.language or "", reason=str(error)))
            return self._engine
        return engine

    async def _voice(self, name: str | None) -> TextToSpeech:
        """Loaded beside the thread that speaks, so that nobody who is speaking has to wait."""
        if (engine := self._voices.get(name)) is not None or name is None:
            return engine or self._engine
        async with self._loading:
            if (engine := self._voices.get(name)) is None:
                engine = self._voices.make(name)
                if engine.capabilities.instant:
                    engine.load()
                else:
                    await self._runtime.pool.run(engine.load)
                self._voices.keep(name, engine)
        return engine

    def _feed(self, request: SpeakEvent, language: str) -> TextFeed:
        if request.text_stream is None:
            if len(request.text) > LONGEST_TEXT:
                raise TooLarge(
                    f"The text has {len(request.text):,} characters; {LONGEST_TEXT:,} can be spoken at once.",
                    hint="Speak it in parts.",
                )
            return TextFeed.of(request.text, language)
        feed = TextFeed(self._runtime.streams.claim(request.text_stream), language)
        if self._group is None:
            raise Unavailable("Speech is not running.")
        self._group.start_soon(feed.fill, name="tts:text")
        return feed

    def _sink(self, request: SpeakEvent) -> Sink:
        if request.sink != "speaker":
            return StreamSink(self._runtime.streams.claim(request.sink))
        if self._playback is None:
            raise Unavailable("Nothing here plays sound.", hint="Name a file: solo say TEXT --out speech.wav")
        return MouthSink(self._playback, request.turn or self._runtime.clock.new_id())
