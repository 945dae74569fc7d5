"""A stage for conversations: a scripted microphone and loudspeaker on virtual time, everything
between them real but the models.

Every word that the microphone "hears" has a sample value of its own, so the scripted recognizer
knows exactly which words the audio it was given holds, and how much of each.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import anyio
import numpy as np
from anyio.lowlevel import checkpoint

from app.config.voice import TtsSettings, TurnSettings, VoiceSettings, WakeSettings
from app.events.base import Answer, Event
from app.events.dialogue import (
    ReplyDeltaEvent,
    ReplyEvent,
    ReplyWrittenEvent,
    TurnCancelledEvent,
    TurnCommittedEvent,
    UserSaidEvent,
)
from app.events.system import ReadyEvent
from app.events.voice import (
    AttentionEvent,
    BargeInEvent,
    PlaybackEvent,
    ReplySpokenEvent,
    STTEvent,
    TranscribeEvent,
    WakeWordEvent,
)
from app.kernel.errors import SoloError
from app.kernel.runtime import Runtime
from app.voice.audio.frames import FRAME, RATE, Frame, Samples
from app.voice.audio.hub import FrameHub
from app.voice.audio.playback import Playback
from app.voice.audio.service import SpeakerService
from app.voice.chimes.service import ChimeService
from app.voice.tts.scripted import ScriptedTts
from app.voice.tts.service import TtsService
from app.voice.tts.voices import MakeVoice
from app.voice.turn.port import EndOfTurn
from app.voice.turn.service import TurnService
from tests.flows.sink import ScriptedSink

FRAME_S = FRAME / RATE
WORD_FRAMES = 7
"""224 ms a word."""
WAKE_CODE = 9000
VOICE_DBFS = -25.0
ROOM_DBFS = -65.0
NOISE_DBFS = -40.0


@dataclass
class Line:
    """Something said: words without a pause. sample: where its first word began."""

    text: str
    sample: int = 0


@dataclass
class Script:
    """What the stand-ins do. answers: by what was said; the default answers anything."""

    answers: dict[str, str] = field(default_factory=dict[str, str])
    default: str = "That is a good question and here is the answer to it."
    stt_seconds: float = 0.1
    first_token_seconds: float = 0.15
    token_seconds: float = 0.02
    stt_error: SoloError | None = None
    llm_error: SoloError | None = None
    llm_breaks_after: int | None = None
    unintelligible: bool = False
    language: str = "en"


class Stage:
    """See the module; made by `stage(...)`."""

    def __init__(self, runtime: Runtime, script: Script) -> None:
        self.runtime = runtime
        self.script = script
        self.hub = FrameHub()
        self.playback = Playback()
        self.sink = ScriptedSink()
        self.tts = ScriptedTts()
        self.events: list[tuple[float, Event]] = []
        self.begun: list[UserSaidEvent] = []
        """What dialogue was asked to answer, provisionally or not."""
        self.spoken_before: list[int] = []
        """For each of these, how many answers were known to be over, or cut off, by then."""
        self.transcribed: list[str] = []
        self.overheard: list[str] = []
        """What was transcribed while the person still spoke."""
        self.before: list[str | None] = []
        """The language that the recognizer was told to expect, for each transcription."""
        self.echo_dbfs: float | None = None
        self.frame_takes = 1.0
        """How long a frame takes to come, as a multiple of what it holds."""
        self.start = asyncio.get_running_loop().time()
        self._words: dict[int, str] = {}
        self._codes = count(1)

    # -- the microphone --------------------------------------------------------------------------

    async def silence(self, seconds: float) -> None:
        """Nobody speaks."""
        await self._frames(round(seconds / FRAME_S), 0.02, ROOM_DBFS, 0)

    async def noise(self, seconds: float) -> None:
        """Something loud that is not speech."""
        await self._frames(round(seconds / FRAME_S), 0.15, NOISE_DBFS, 0)

    async def cough(self, seconds: float = 0.25) -> None:
        """Speech to the detector, no words to the recognizer."""
        await self._frames(max(1, round(seconds / FRAME_S)), 0.9, VOICE_DBFS, 0)

    async def say(self, text: str, dbfs: float = VOICE_DBFS) -> Line:
        """A person says this."""
        line = Line(text, self.hub.position)
        for word in text.split():
            code = next(self._codes)
            self._words[code] = word
            await self._frames(WORD_FRAMES, 0.95, dbfs, code)
        return line

    async def wake(self, *, late: int = 5) -> None:
        """A wake word, louder than what follows. The engine notices its end four frames late, and
        says so `late` frames after it, as real ones do."""
        self._words[WAKE_CODE] = "heyjarvis"
        await self._frames(2 * WORD_FRAMES, 0.95, VOICE_DBFS, WAKE_CODE)
        self._late = late, self.hub.position + 4 * FRAME

    async def _frames(self, frames: int, speech: float, dbfs: float, code: int) -> None:
        for _ in range(frames):
            await anyio.sleep(FRAME_S * self.frame_takes)
            self._frame(speech, dbfs, code)
            await checkpoint()
            self._announce_wake()

    _late: tuple[int, int] | None = None

    def _announce_wake(self) -> None:
        if self._late is None:
            return
        left, ended = self._late
        if left:
            self._late = left - 1, ended
            return
        self._late = None
        self.runtime.bus.publish(WakeWordEvent(word="hey_jarvis", score=0.9, sample=ended, engine="scripted"))

    def _frame(self, speech: float, dbfs: float, code: int) -> None:
        if self.echo_dbfs is not None and self.playback.speaking and self.echo_dbfs > dbfs:
            speech, dbfs = 0.9, self.echo_dbfs
        samples = np.full(FRAME, code / 10_000, np.float32)
        self.hub.publish(Frame(self.hub.position, samples, speech, dbfs))

    # -- what happened ---------------------------------------------------------------------------

    def of(self, kind: type[Any]) -> list[Any]:
        """All facts of this kind so far."""
        return [event for _, event in self.events if isinstance(event, kind)]

    def at(self, event: Event) -> float:
        """When it was published, in seconds of the loop."""
        return next(at for at, other in self.events if other is event)

    @property
    def states(self) -> list[str]:
        """What the ear was doing, one after the other."""
        return [event.state for event in self.of(AttentionEvent)]

    @property
    def asked(self) -> list[UserSaidEvent]:
        """What dialogue was asked to answer, and was not taken back before it counted."""
        counted = {(event.turn, event.revision) for event in self.of(TurnCommittedEvent)}
        return [one for one in self.begun if not one.provisional or (one.turn, one.revision) in counted]

    @property
    def said(self) -> list[str]:
        """What dialogue was asked to answer."""
        return [request.text for request in self.asked]

    async def until(self, wanted: Callable[[], bool], seconds: float = 60.0) -> None:
        """Let silence go by until this holds; fails after so many seconds."""
        for _ in range(round(seconds / FRAME_S)):
            if wanted():
                return
            await self.silence(FRAME_S)
        raise AssertionError(f"never happened; the ear was {self.states}")

    async def until_audible(self, which: int = 1) -> None:
        """Until the loudspeaker began for the n-th time."""
        await self.until(lambda: len([e for e in self.of(PlaybackEvent) if e.state == "started"]) >= which)

    async def until_spoken(self, which: int = 1) -> None:
        """Until the n-th answer was over."""
        await self.until(lambda: len(self.of(ReplySpokenEvent)) >= which)

    async def until_state(self, state: str) -> None:
        """Until the ear is doing this."""
        await self.until(lambda: self.states[-1:] == [state])

    # -- the stand-ins ---------------------------------------------------------------------------

    async def transcribe(self, request: TranscribeEvent) -> AsyncGenerator[Answer, None]:
        audio = [chunk async for chunk in self.runtime.streams.claim(request.stream)]
        heard = self.words_in(np.concatenate(audio))
        await anyio.sleep(self.script.stt_seconds)
        if self.script.stt_error is not None:
            raise self.script.stt_error
        text = "" if self.script.unintelligible else heard
        (self.overheard if request.partial else self.transcribed).append(text)
        self.before.append(request.before)
        yield STTEvent(
            turn=request.turn, revision=request.revision, text=text, language=self.script.language,
            seconds=sum(map(len, audio)) / RATE, took_ms=self.script.stt_seconds * 1000,
            reason="" if text else "noise",
        )  # fmt: skip

    def words_in(self, audio: Samples) -> str:
        """The words of which at least half is there."""
        codes = np.rint(audio * 10_000).astype(int)
        found, counts = np.unique(codes, return_counts=True)
        enough = {int(c) for c, n in zip(found, counts, strict=True) if c and n >= WORD_FRAMES * FRAME / 2}
        order = list(dict.fromkeys(int(c) for c in codes if int(c) in enough))
        return " ".join(self._words[code] for code in order)

    async def converse(self, request: UserSaidEvent) -> AsyncGenerator[Answer, None]:
        """As dialogue does it: the answer at once, its end once the turn is committed."""
        with self.runtime.bus.subscribe(TurnCommittedEvent, name="stand-in") as commitments:
            async for answer in self._write(request):
                yield answer
            if request.provisional:
                async for event in commitments:
                    if (event.turn, event.revision) == (request.turn, request.revision):
                        break
        yield ReplyEvent(turn=request.turn, text=self._answer(request), dialogue="d", finish="stop")

    def _answer(self, request: UserSaidEvent) -> str:
        return self.script.answers.get(request.text, self.script.default)

    async def _write(self, request: UserSaidEvent) -> AsyncGenerator[Answer, None]:
        self.begun.append(request)
        self.spoken_before.append(len(self.of(ReplySpokenEvent)))
        await anyio.sleep(self.script.first_token_seconds)
        if self.script.llm_error is not None and self.script.llm_breaks_after is None:
            raise self.script.llm_error
        for number, token in enumerate(self._answer(request).split(" ")):
            if self.script.llm_breaks_after == number:
                assert self.script.llm_error is not None
                raise self.script.llm_error
            yield ReplyDeltaEvent(turn=request.turn, text=token if number == 0 else f" {token}")
            await anyio.sleep(self.script.token_seconds)
        yield ReplyWrittenEvent(turn=request.turn)

    async def decide(self) -> None:
        """Dialogue's part in an interruption."""
        with self.runtime.bus.subscribe(BargeInEvent, name="dialogue") as interruptions:
            async for event in interruptions:
                self.runtime.bus.publish(TurnCancelledEvent(turn=event.turn, reason=event.reason))

    async def record(self) -> None:
        """Keep every fact."""
        with self.runtime.bus.subscribe(Event, name="record", size=100_000) as everything:
            async for envelope in everything.envelopes():
                self.events.append((envelope.at, envelope.event))


def voice(*, wake: str = "scripted", **turn: Any) -> VoiceSettings:
    """Settings of a stage."""
    return VoiceSettings(
        wake=WakeSettings(engine=wake), turn=TurnSettings(**turn), tts=TtsSettings(engine="scripted")
    )


@asynccontextmanager
async def stage(
    runtime: Runtime,
    settings: VoiceSettings | None = None,
    script: Script | None = None,
    *,
    judge: EndOfTurn | None = None,
    without: tuple[str, ...] = (),
    chimes: bool = False,
    make_voice: MakeVoice | None = None,
) -> AsyncIterator[Stage]:
    """A stage with everybody on it; without: parts that are missing (stt, dialogue, tts, speaker)."""
    settings = settings or voice()
    made = Stage(runtime, script or Script())
    broken: AssertionError | None = None
    async with anyio.create_task_group() as group:
        async with bus_parts(made, without):
            group.start_soon(made.record)
            group.start_soon(made.decide)
            await checkpoint()
            if "speaker" in without:
                made.playback.detach(deaf=True)
            else:
                speaker = SpeakerService(runtime, settings, made.sink, made.playback)
                await started(group, speaker)
            if "tts" not in without:
                await started(group, TtsService(runtime, settings.tts, made.tts, made.playback, make_voice))
            await started(group, TurnService(runtime, settings, made.hub, made.playback, judge=judge))
            if chimes:
                await started(
                    group, ChimeService(runtime, settings.chimes, made.playback, ("en", *settings.tts.voices))
                )
                runtime.bus.publish(ReadyEvent(seconds=1.0))
            await made.silence(0.5)
            try:
                yield made
                assert len(runtime.streams) == 0, "streams were left open"
            except AssertionError as error:
                broken = error  # raised outside of the groups, so that pytest shows it as it is
            group.cancel_scope.cancel()
    if broken is not None:
        raise broken


@asynccontextmanager
async def bus_parts(made: Stage, without: tuple[str, ...]) -> AsyncIterator[None]:
    """Recognizer and dialogue, as far as they are there."""
    bus = made.runtime.bus
    async with AsyncExitStack() as stack:
        if "stt" not in without:
            await stack.enter_async_context(bus.serve(TranscribeEvent, made.transcribe, name="stt"))
        if "dialogue" not in without:
            await stack.enter_async_context(bus.serve(UserSaidEvent, made.converse, name="dialogue"))
        yield


async def started(group: Any, service: Any) -> None:
    """Run a service and wait until it is ready."""
    ready = anyio.Event()
    group.start_soon(service.run, ready.set)
    await ready.wait()
