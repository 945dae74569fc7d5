"""An hour in which nobody speaks to Solo: what wakes it, what does it take for a turn?

    python -m tests.bench.bench_quiet_hour [--minutes 60] [--recordings DIR] [--folder NAME=DIR …]
        [--words hey_jarvis,alexa] [--always] [--json FILE]

Wake word, second look, voice activity, Smart Turn and transcription are real and set as shipped; time
runs as fast as they work. Sources: the recordings of ../shared/speech (--recordings: of another folder
with a manifest) without the words listened for; any folder of sound files; and what is generated: noise,
household, music, television (Piper, with music under half of it), near misses of the wake word, and
babble of what was spoken before. Nothing is played twice: the seconds printed are distinct ones. Each
piece is as loud as a far or near loudspeaker is (-38 to -14 dBFS), every third rings in a room.

--always: without a wake word, when everything that is spoken is a turn: then only what holds no speech
is played, and no turn may come of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import soxr
import structlog

from app.config.voice import TtsSettings, VoiceSettings, WakeSettings
from app.events.base import Answer, Event
from app.events.dialogue import ReplyEvent, TurnCommittedEvent, UserSaidEvent
from app.events.voice import SpeechStartedEvent, WakeWordEvent
from app.kernel.runtime import Runtime
from app.voice.audio.echopath import EchoPath, EchoShape
from app.voice.audio.frames import FRAME, RATE, Frame, Samples
from app.voice.audio.hub import FrameHub
from app.voice.audio.level import dbfs
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.audio.vad import SileroVad
from app.voice.stt.engines import build as build_stt
from app.voice.stt.service import SttService
from app.voice.tts.piper import PiperTts
from app.voice.tts.port import joined
from app.voice.turn.engines import build as build_judge
from app.voice.turn.service import TurnService
from app.voice.wake.engines import make_engine
from app.voice.wake.service import WakeService
from tests.bench import _household as household
from tests.bench._recordings import SPEECH, decoded, manifest, recording
from tests.bench.bench_wake import MODELS

SOUND_FILES = (".wav", ".ogg", ".flac", ".mp3", ".gsm")
SHORTEST = RATE // 4
Piece = tuple[str, Samples]
"""What it is called, and its sound."""


@dataclass
class Source:
    """What came of one kind of sound. seconds: distinct ones; spoken: somebody speaks in it."""

    name: str
    spoken: bool
    seconds: float = 0.0
    wakes: list[str] = field(default_factory=list[str])
    refused: int = 0
    heard: int = 0
    turns: list[str] = field(default_factory=list[str])


@dataclass
class Room:
    """Who listens, and what they said of it since it was last asked."""

    hub: FrameHub
    pace: Pace
    vad: SileroVad
    wakes: list[WakeWordEvent] = field(default_factory=list[WakeWordEvent])
    turns: list[str] = field(default_factory=list[str])
    early: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    begun: int = 0
    refused: int = 0

    async def hear(self, sound: Samples) -> None:
        for at in range(0, len(sound) - FRAME + 1, FRAME):
            part = sound[at : at + FRAME]
            self.hub.publish(Frame(self.hub.position, part, self.vad.score(part), dbfs(part)))
            await self.pace.idle()
            while self.hub.lagging:
                await self.pace.idle()

    async def converse(self, request: UserSaidEvent) -> AsyncGenerator[Answer, None]:
        if request.provisional:
            self.early[request.turn, request.revision] = request.text
        else:
            self.turns.append(request.text)
        yield ReplyEvent(turn=request.turn, text="Yes.", dialogue="d", finish="stop")

    def noted(self, event: Event) -> None:
        if isinstance(event, WakeWordEvent):
            self.wakes.append(event)
        elif isinstance(event, TurnCommittedEvent):
            self.turns.append(self.early[event.turn, event.revision])
        elif isinstance(event, SpeechStartedEvent):
            self.begun += 1


@asynccontextmanager
async def room(settings: VoiceSettings) -> AsyncGenerator[Room]:
    """Everything that listens, at work."""
    runtime, playback = Runtime.new(), Playback()
    playback.detach(deaf=True)
    made = Room(FrameHub(), Pace(), SileroVad(MODELS / "vad" / "silero_vad.onnx"))
    made.vad.load()
    judge = build_judge(settings.turn, MODELS)
    services: list[Any] = [
        SttService(runtime, settings.stt, build_stt(settings.stt, MODELS)),
        TurnService(runtime, settings, made.hub, playback, made.pace, judge=judge),
    ]
    engine = make_engine(settings.wake)
    if engine is not None:
        services.append(WakeService(runtime, settings.wake, engine, made.hub, made.pace))

    def counted(_: Any, __: str, event: dict[str, Any]) -> str:
        made.refused += event.get("event") == "wake_refused"
        return ""

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[counted])

    async def note() -> None:
        with runtime.bus.subscribe(Event, name="note", size=100_000) as events:
            async for event in events:
                made.noted(event)

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(runtime.bus.serve(UserSaidEvent, made.converse, name="dialogue"))
        group = await stack.enter_async_context(anyio.create_task_group())
        group.start_soon(note)
        for service in services:
            ready = asyncio.Event()
            group.start_soon(service.run, ready.set)
            await ready.wait()
        yield made
        group.cancel_scope.cancel()


def recorded(words: tuple[str, ...], kinds: tuple[str, ...], folder: Path) -> Iterator[Piece]:
    """The recordings of these kinds in which none of the words is said."""
    for row in manifest(folder):
        kind, _, said = row["kind"].partition(":")
        if kind in kinds and said not in words:
            yield row["file"], recording(row["file"], folder)


def of_folder(folder: Path, seconds: float, chance: np.random.Generator) -> Iterator[Piece]:
    """Sound files below it, in no order, until there are so many seconds."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in SOUND_FILES)
    for number in chance.permutation(len(files)):
        sound = decoded(files[number])[: max(0, round(seconds * RATE))]
        if len(sound) < SHORTEST:
            continue
        seconds -= len(sound) / RATE
        yield files[number].name, household.levelled(sound)
        if seconds < 1:
            return


def numbered(name: str, pieces: Iterable[Samples]) -> Iterator[Piece]:
    """Generated sounds have no names of their own."""
    return ((f"{name} {number}", piece) for number, piece in enumerate(pieces))


def voice() -> household.Say:
    """Piper at 16 kHz."""
    joe = PiperTts(TtsSettings(), MODELS)
    joe.load()

    def say(text: str, speed: float) -> Samples:
        sound = joined(joe.synthesize(text, speed))
        return soxr.resample(sound, joe.capabilities.rate, RATE).astype(np.float32)

    return say


def placed(sound: Samples, number: int, chance: np.random.Generator) -> Samples:
    """As loud as it comes from anywhere in a room; every third rings. Half a second of it behind."""
    sound = household.levelled(sound, 10 ** (chance.uniform(-38, -14) / 20))
    sound = np.concatenate((sound, np.zeros(RATE // 2 + (-len(sound) % FRAME), np.float32)))
    if number % 3 == 0:
        sound = EchoPath(EchoShape(0, 0, float(chance.uniform(150, 600)), seed=number)).process(sound)
    return np.clip(sound + chance.standard_normal(len(sound)) * 1e-4, -1, 1).astype(np.float32)


async def listen(
    made: Room, name: str, pieces: Iterable[Piece], seed: int, *, spoken: bool, most: float = 1e9
) -> Source:
    """Play them all, and say what came of it."""
    source, chance = Source(name, spoken), np.random.default_rng(seed)
    refused, began = made.refused, made.begun
    for number, (called, sound) in enumerate(pieces):
        await made.hear(placed(sound, number, chance))
        source.seconds += len(sound) / RATE
        source.wakes += [f"{wake.word} {wake.score:.2f} in {called}" for wake in made.wakes]
        source.turns += [f"{turn} in {called}" for turn in made.turns]
        made.wakes.clear()
        made.turns.clear()
        if source.seconds >= most:
            break
    source.refused, source.heard = made.refused - refused, made.begun - began
    print(
        f"{name:12} {source.seconds:6.0f} s  wakes {len(source.wakes)} (refused {source.refused})  "
        f"turns {len(source.turns)}" + "".join(f"\n    {line}" for line in source.wakes + source.turns),
        flush=True,
    )
    return source


async def measure(options: argparse.Namespace) -> list[Source]:
    """Every source, one after the other."""
    words = tuple(options.words.split(","))
    wake = WakeSettings(engine="none") if options.always else WakeSettings(words=words)
    minutes, seed, folder = float(options.minutes), int(options.seed), options.recordings
    each = 60 * minutes

    def chance(number: int) -> np.random.Generator:
        return np.random.default_rng([seed, number])

    kinds = ("music", "noise") if options.always else ("music", "noise", "speech", "wake")
    done: list[Source] = []
    async with room(VoiceSettings(wake=wake)) as made:
        if folder.is_dir():
            for kind in kinds:
                pieces = recorded(words, (kind,), folder)
                found = await listen(made, kind, pieces, seed, spoken=kind in ("speech", "wake"))
                done.append(found)
        for given in options.folder:
            name, _, path = given.partition("=")
            pieces = of_folder(Path(path), each / 4, chance(1))
            done.append(await listen(made, f"{name} (folder)", pieces, seed, spoken=name != "music"))
        made_up: list[tuple[str, Iterator[Samples]]] = [
            ("noises", household.noises(each / 10, chance(2))),
            ("household", household.household(each / 10, chance(3))),
            ("songs", household.music(each / 6, chance(4))),
        ]
        for name, sounds in made_up:
            done.append(await listen(made, name, numbered(name, sounds), seed, spoken=False))
        if not options.always:
            done += await _spoken(made, each, seed, chance)
    return done


async def _spoken(
    made: Room, each: float, seed: int, chance: Callable[[int], np.random.Generator]
) -> list[Source]:
    say, kept = voice(), list[Samples]()

    def keeping(pieces: Iterator[Piece]) -> Iterator[Piece]:
        for text, sound in pieces:
            kept.append(sound)
            yield text, sound

    shows = keeping(household.television(each / 3, chance(5), say))
    near = household.near_misses(chance(6), say)
    done = [
        await listen(made, "television", shows, seed, spoken=True),
        await listen(made, "near misses", near, seed, spoken=True),
    ]
    crowd = household.babble(kept, each / 12, chance(7))
    done.append(await listen(made, "babble", numbered("babble", crowd), seed, spoken=True))
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60, help="of generated and folders' sound, about")
    parser.add_argument("--recordings", type=Path, default=SPEECH)
    parser.add_argument("--folder", action="append", default=[], metavar="NAME=DIR")
    parser.add_argument("--words", default=",".join(WakeSettings().words))
    parser.add_argument("--always", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    began = time.monotonic()
    done = asyncio.run(measure(options))
    whole = sum(one.seconds for one in done)
    wakes, turns = sum(len(one.wakes) for one in done), sum(len(one.turns) for one in done)
    print(
        f"{whole:.0f} distinct seconds ({whole / 3600:.2f} h): {wakes} wakes, {turns} turns; "
        f"in {time.monotonic() - began:.0f} s"
    )
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in done], indent=2))


if __name__ == "__main__":
    main()
