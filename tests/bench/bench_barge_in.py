"""How soon is Solo silent when somebody speaks over it, and does the history hold what was heard?

    .venv/bin/python -m tests.bench.bench_barge_in [--answers 12] [--below -10,0] [--json out.json]

The real services of a conversation (microphone with echo cancelling and Silero, turn, Piper, loudspeaker)
over two lines of time; what a recognizer would find is given as words, and what a model would answer as
sentences. The loudspeaker is fed back into the microphone; every second answer is spoken over by a recording
of ../shared/speech from a random moment on, DB decibels against the echo at the microphone. Counted are

- the time from the person's first voiced sample (within 35 dB of their loudest 5 ms, and 10 above the noise
  of the clean recording) to the sample at which the loudspeaker falls silent, without what a device adds;
- self-interruptions: silent although nobody had begun to speak;
- the words that the history takes for heard against those that left the loudspeaker: the last sounds of
  the captured line are found again in the speech, and its sounds laid beside each word's own (_words.py).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

import anyio
import numpy as np
import structlog

from app.config.voice import TtsSettings, VoiceSettings, WakeSettings
from app.events.base import Answer
from app.events.dialogue import ReplyDeltaEvent, ReplyEvent, TurnCancelledEvent, UserSaidEvent
from app.events.voice import (
    BargeInEvent,
    PlaybackEvent,
    ReplySpokenEvent,
    SpeakEvent,
    STTEvent,
    TranscribeEvent,
    TTSEvent,
)
from app.kernel.runtime import Runtime
from app.voice.audio.duplex import Duplex
from app.voice.audio.echo.guard import EchoGuard
from app.voice.audio.echo.played import Played
from app.voice.audio.echopath import EchoShape
from app.voice.audio.frames import FRAME, RATE, Samples, samples_of
from app.voice.audio.hub import FrameHub
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.audio.resample import resample
from app.voice.audio.service import MicrophoneService, SpeakerService
from app.voice.audio.vad import SileroVad
from app.voice.tts.feed import TextFeed
from app.voice.tts.piper import PiperTts
from app.voice.tts.port import TextToSpeech
from app.voice.tts.service import TtsService
from app.voice.turn.service import TurnService
from tests.bench._cancellers import canceller
from tests.bench._words import Sound, count, true_times, within
from tests.bench.bench_echo import ANSWERS, NOISE_DBFS, PATIENCE, level, voices

ROOT = Path(__file__).resolve().parents[2]
MODELS = Path(os.environ.get("SOLO_MODELS_DIR", ROOT / "models"))
TAIL = samples_of(900)
"""What was heard last is found again by so much of it."""
LOUDNESS = -23.0
"""dBFS of the person who asks while it is quiet."""


@dataclass
class Outcome:
    """One way from loudspeaker to microphone. silent_ms: from the person's first sound to silence; words:
    heard by the history less truly heard; went_on: answers given in a pause of somebody who then went on."""

    shape: EchoShape
    below: float
    answers: int = 0
    own: int = 0
    went_on: int = 0
    people: int = 0
    silent_ms: list[float] = field(default_factory=list[float])
    words: list[int] = field(default_factory=list[int])
    missed: list[str] = field(default_factory=list[str])


class Room:
    """The line of the microphone: noise, and whoever is told to speak; keeps what the loudspeaker played."""

    def __init__(self, seed: int) -> None:
        self.name, self.rate, self.over = "room", RATE, False
        self._noise = np.random.default_rng(seed)
        self._people: list[tuple[int, Samples]] = []
        self.out = list[Samples]()

    def speak(self, sound: Samples, at: int) -> None:
        self._people.append((at, sound))

    def busy(self, index: int) -> bool:
        """Somebody spoke just then."""
        return any(at <= index <= at + len(sound) + RATE // 2 for at, sound in self._people)

    def frame(self, index: int) -> Samples:
        line = self._noise.standard_normal(FRAME) * 10 ** (NOISE_DBFS / 20)
        for at, sound in self._people:
            begin, end = max(at, index), min(at + len(sound), index + FRAME)
            if begin < end:
                line[begin - index : end - index] += sound[begin - at : end - at]
        return line.astype(np.float32)

    def played(self, samples: Samples) -> None:
        self.out.append(samples)

    def close(self) -> None: ...


class Watched(Playback):
    """Remembers what it was given, and when it was told to be silent."""

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[str, list[tuple[Samples, int]]] = {}
        self.silenced: dict[str, int] = {}
        self.now: Callable[[], int] = lambda: 0

    async def play(self, turn: str, samples: Samples, rate: int, *, more: bool = False) -> None:
        self.given.setdefault(turn, []).append((samples, rate))
        await super().play(turn, samples, rate, more=more)

    def pause(self, turn: str) -> None:
        if self.speaking == turn:
            self.silenced.setdefault(turn, self.now())
        super().pause(turn)

    def stop(self, turn: str | None = None) -> float:
        if turn is not None and self.speaking == turn:
            self.silenced.setdefault(turn, self.now())
        return super().stop(turn)


class Joe(PiperTts):
    """The default voice, loaded once for all sessions."""

    def load(self) -> None:
        if self._voice is None:
            super().load()

    def close(self) -> None: ...


class Telling(TtsService):
    """Remembers what it announced."""

    def __init__(self, *parts: object) -> None:
        super().__init__(*parts)  # type: ignore[arg-type]
        self.pieces: dict[str, list[TTSEvent]] = {}

    async def _pieces(
        self, request: SpeakEvent, engine: TextToSpeech, feed: TextFeed
    ) -> AsyncGenerator[tuple[TTSEvent, Samples], None]:
        async for event, samples in super()._pieces(request, engine, feed):
            self.pieces.setdefault(request.turn or "", []).append(event)
            yield event, samples


class Session:
    """Answers one after the other, every second one spoken over."""

    def __init__(
        self, shape: EchoShape, below: float, people: Sequence[tuple[str, Samples]], joe: Joe, seed: int
    ) -> None:
        self.done = Outcome(shape, below)
        self._people = people
        self._chance = np.random.default_rng(seed)
        self._runtime = Runtime.new()
        self._room = Room(seed)
        self._pace = Pace()
        self._duplex = Duplex(self._room, None, realtime=False, pace=self._pace, echo=shape)
        self._playback = Watched()
        self._playback.now = lambda: self._duplex.position
        settings = VoiceSettings(wake=WakeSettings(engine="none"), tts=TtsSettings())
        self._mouth = Telling(self._runtime, settings.tts, joe, self._playback)
        hub, played = FrameHub(), Played()
        vad, guard = SileroVad(MODELS / "vad" / "silero_vad.onnx"), EchoGuard(canceller("kalman"), played)
        source, sink = self._duplex.source, self._duplex.sink
        self._services = (
            self._mouth,
            SpeakerService(self._runtime, settings, sink, self._playback, self._pace, played),
            TurnService(self._runtime, settings, hub, self._playback, self._pace),
            MicrophoneService(self._runtime, settings, source, vad, hub, self._pace, guard),
        )
        self._heard: dict[str, ReplySpokenEvent] = {}
        self._number = 0

    async def run(self, count: int) -> Outcome:
        bus = self._runtime.bus
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(bus.serve(TranscribeEvent, self._transcribe, name="stt"))
            await stack.enter_async_context(bus.serve(UserSaidEvent, self._answer, name="dialogue", limit=8))
            group = await stack.enter_async_context(anyio.create_task_group())
            facts = stack.enter_context(
                bus.subscribe(PlaybackEvent, BargeInEvent, ReplySpokenEvent, name="bench", size=10_000)
            )
            for service in self._services:
                ready = anyio.Event()
                group.start_soon(service.run, ready.set)
                if not isinstance(service, MicrophoneService):
                    await ready.wait()
            self._ask(RATE)
            person: tuple[str, int] | None = None
            async for fact in facts:
                if isinstance(fact, BargeInEvent):
                    bus.publish(TurnCancelledEvent(turn=fact.turn, reason=fact.reason))
                elif isinstance(fact, ReplySpokenEvent):
                    self._heard[fact.turn or ""] = fact
                elif fact.state == "started":
                    person = self._begin() if self.done.answers % 2 else None
                    self.done.answers += 1
                else:
                    self._over(fact.turn or "", person)
                    if self.done.answers >= count:
                        break
                    if fact.state == "finished":
                        self._ask(self._duplex.position + RATE)
            self._duplex.finish()
            group.cancel_scope.cancel()
        self._compare()
        return self.done

    # -- what happens ----------------------------------------------------------------------------

    def _ask(self, at: int) -> None:
        sound = self._someone()[1]
        self._room.speak(sound * 10 ** ((LOUDNESS - level(sound)) / 20), at)

    def _someone(self) -> tuple[str, Samples]:
        return self._people[int(self._chance.integers(len(self._people)))]

    def _begin(self) -> tuple[str, int]:
        """An answer began; somebody will speak over it."""
        name, sound = self._someone()
        given = np.concatenate([samples for parts in self._playback.given.values() for samples, _ in parts])
        wanted = level(given) + self.done.shape.gain_db + self.done.below
        at = self._duplex.position + int(self._chance.uniform(0.3, 3.5) * RATE)
        self._room.speak(sound * 10 ** ((wanted - level(sound)) / 20), at)
        self.done.people += 1
        return name, at

    def _over(self, turn: str, person: tuple[str, int] | None) -> None:
        silent = self._playback.silenced.get(turn)
        if silent is None:
            if person is not None:
                self.done.missed.append(person[0])
        elif person is None or silent <= person[1]:
            if self._room.busy(silent):
                self.done.went_on += 1
                self.done.people -= person is not None
            else:
                self.done.own += 1
        elif silent <= person[1] + PATIENCE * RATE:
            self.done.silent_ms.append((silent - person[1]) * 1000 / RATE)
        else:
            self.done.missed.append(person[0])

    async def _transcribe(self, request: TranscribeEvent) -> AsyncGenerator[Answer, None]:
        seconds = sum([len(chunk) async for chunk in self._runtime.streams.claim(request.stream)]) / RATE
        yield STTEvent(
            turn=request.turn, revision=request.revision, text="Please tell me about something else now.",
            language="en", seconds=seconds, took_ms=0.0,
        )  # fmt: skip

    async def _answer(self, said: UserSaidEvent) -> AsyncGenerator[Answer, None]:
        self._number += 1
        text = " ".join(ANSWERS[(self._number + n) % len(ANSWERS)] for n in (0, 3))
        yield ReplyDeltaEvent(turn=said.turn, text=text)
        yield ReplyEvent(turn=said.turn, text=text, dialogue="bench", finish="stop")

    # -- what was heard --------------------------------------------------------------------------

    def _compare(self) -> None:
        line = np.concatenate(self._room.out)
        for turn, silent in self._playback.silenced.items():
            heard = self._heard.get(turn)
            left = self._left(turn, line[:silent])
            if heard is not None and left is not None:
                self.done.words.append(len(heard.heard.split()) - self._truly(turn, left))

    def _left(self, turn: str, line: Samples) -> float | None:
        """Milliseconds of the turn's speech that left the loudspeaker: where its last sounds stand."""
        parts = self._playback.given[turn]
        speech = resample(np.concatenate([samples for samples, _ in parts]), parts[0][1], RATE)
        sounding = np.flatnonzero(np.abs(line) > 0)
        tail = line[-TAIL:]
        if not len(sounding) or not np.any(tail):
            return None
        speech = np.concatenate(
            (np.zeros(TAIL, np.float32), speech)
        )  # it may have been shorter than the tail
        size = 1 << (len(speech) + len(tail)).bit_length()
        found = np.fft.irfft(np.fft.rfft(speech, size) * np.conj(np.fft.rfft(tail, size)), size)
        power = np.convolve(speech**2, np.ones(len(tail)))[len(tail) - 1 : len(speech)] + 1e-9
        match = found[: len(power)] / np.sqrt(power)
        return (int(np.argmax(match)) + len(tail) - TAIL) * 1000 / RATE

    def _truly(self, turn: str, left: float) -> int:
        """Words that had sounded by then."""
        stretches, sounds = self._mouth.pieces[turn], list[Sound]()
        firsts = {one.index: one for one in reversed(stretches)}
        text = " ".join(firsts[index].text.strip() for index in sorted(firsts))
        for stretch in stretches:
            ms, begin = 1000 / stretch.rate, firsts[stretch.index].start
            for word in stretch.words:
                start, end = (begin + word.start) * ms, (begin + word.end) * ms
                sounds += within(word.sounds, start, end)
        return count(true_times(text, sounds), left)


def onset(sound: Samples) -> Samples:
    """From its first voiced sample on."""
    size = RATE // 200
    blocks = sound[: len(sound) // size * size].reshape(-1, size)
    power = 10 * np.log10((blocks**2).mean(1) + 1e-12)
    bound = max(power.max() - 35.0, np.percentile(power, 10) + 10.0)
    return sound[int(np.argmax(power >= bound)) * size :]


def _line(one: Outcome) -> str:
    shape, late = one.shape, one.silent_ms or [0.0]
    wrong = np.abs(one.words or [0])
    return (
        f"{shape.gain_db:4.0f} dB {shape.delay_ms:4.0f} ms room {shape.room_ms:3.0f}, "
        f"person {one.below:+.0f} dB: "
        f"silent after {np.median(late):4.0f} ms (p90 {np.percentile(late, 90):4.0f}, max {max(late):4.0f}), "
        f"caught {len(one.silent_ms)}/{one.people}, own {one.own}/{one.answers} (gone on {one.went_on}), "
        f"words {wrong.mean():.2f} (worst {wrong.max()}, {len(one.words)})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--gains", default="-6,-12,-20")
    parser.add_argument("--delays", default="20,80,200")
    parser.add_argument("--rooms", default="0,200")
    parser.add_argument("--below", default="-10,0", help="the person against the echo at the microphone, dB")
    parser.add_argument("--answers", type=int, default=12, help="per condition; every second is spoken over")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    people = [(name, onset(sound)) for name, sound in voices()]
    found, began, joe = list[Outcome](), time.process_time(), Joe(TtsSettings(), MODELS)
    for below in options.below.split(","):
        for number, (gain, delay, ring) in enumerate(
            (g, d, r)
            for g in options.gains.split(",")
            for d in options.delays.split(",")
            for r in options.rooms.split(",")
        ):
            shape = EchoShape(float(delay), float(gain), float(ring), seed=options.seed)
            session = Session(shape, float(below), people, joe, options.seed + number)
            found.append(asyncio.run(session.run(options.answers)))
            print(_line(found[-1]), flush=True)
        _sum([one for one in found if one.below == float(below)])
    print(f"{time.process_time() - began:.0f} s of CPU time")
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in found], indent=2))


def _sum(found: Sequence[Outcome]) -> None:
    late = [value for one in found for value in one.silent_ms] or [0.0]
    wrong = np.abs([value for one in found for value in one.words] or [0])
    people, answers = sum(one.people for one in found), sum(one.answers for one in found)
    caught = sum(len(one.silent_ms) for one in found)
    print(
        f"person {found[0].below:+.0f} dB against the echo: "
        f"silent {np.median(late):.0f} ms after their first sound "
        f"(median; p90 {np.percentile(late, 90):.0f}, worst {max(late):.0f}; within 300 ms "
        f"{100 * np.mean(np.array(late) <= 300):.0f} %), {caught} of {people} caught, "
        f"{sum(one.own for one in found)} self-interruptions in {answers} answers; "
        f"history wrong by {wrong.mean():.2f} words (worst {wrong.max()}; "
        f"within one {100 * np.mean(wrong <= 1):.1f} % of {len(wrong)})"
    )


if __name__ == "__main__":
    main()
