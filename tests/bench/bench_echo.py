"""Does Solo interrupt itself, and does it still hear whoever interrupts it?

    .venv/bin/python -m tests.bench.bench_echo [--engines kalman,none] [--answers 20] [--json out.json]

Solo's own voice (Piper) is played by the real loudspeaker and microphone services over two files,
the microphone hearing the loudspeaker through an echo path; every second answer is spoken over by a
recording of ../shared/speech, DB decibels quieter at the microphone than the echo. Voice activity
(Silero) and the rule of interruption are those of a conversation, and what they learnt is carried
from answer to answer, beginning with nothing. An answer that is interrupted stops, rightly or not.

--held-out: other people (the recordings of wake words and of other languages, most of them a single word),
other answers, gains, delays and rooms than those on which the constants of the canceller were tuned.
--people DIR: others again, the WAV files of a folder.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import structlog

from app.config.voice import TtsSettings, VoiceSettings
from app.kernel.runtime import Runtime
from app.media.wavwriter import write_wav
from app.voice.audio.echo.guard import EchoGuard
from app.voice.audio.echo.played import Played
from app.voice.audio.echopath import EchoShape
from app.voice.audio.fileduplex import FileDuplex
from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.audio.hub import FrameHub
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.audio.resample import resample
from app.voice.audio.service import MicrophoneService, SpeakerService
from app.voice.audio.vad import SileroVad
from app.voice.tts.piper import PiperTts
from app.voice.tts.port import joined
from app.voice.turn.opening import numbers
from app.voice.turn.speaking import Speaking
from tests.bench._cancellers import canceller
from tests.bench._recordings import decoded, manifest, recording

ROOT = Path(__file__).resolve().parents[2]
MODELS = Path(os.environ.get("SOLO_MODELS_DIR", ROOT / "models"))
ANSWERS = (
    "The capital of France is Paris, and it has been for most of the last thousand years.",
    "Tomorrow will be cloudy in the morning, with some sunshine in the afternoon and a light wind.",
    "I have set a timer for ten minutes, and I will tell you when the pasta should be ready.",
    "Your next appointment is at half past three with the dentist in the old town.",
    "A whale is a mammal: it breathes air, and it feeds its young with milk.",
    "The recipe needs three eggs, two cups of flour, a little salt, and plenty of patience.",
    "There are eleven players in a football team, and each of them wants to score.",
    "Light takes about eight minutes to travel from the sun to the earth.",
    "You asked me to remind you to water the plants before you leave the house.",
    "The train to the airport leaves every fifteen minutes from the central station.",
    "Honey never really goes bad, because there is so little water in it.",
    "The tallest mountain in the world grows by about four millimetres every year.",
)
HELD_OUT_ANSWERS = (
    "Bees dance to tell each other where the flowers are and how far they have to fly.",
    "Put the potatoes in cold water, add a spoon of salt, and cook them for twenty minutes.",
    "The library closes at six today, so you had better leave within the next half hour.",
    "Your sister called twice this morning; she said that it was nothing urgent.",
    "A marathon is a little more than forty-two kilometres long, or twenty-six miles.",
    "Glass is made from sand, which is melted at a temperature of more than a thousand degrees.",
    "It rained for most of the week, but the weekend should stay dry until Sunday evening.",
    "The first bicycles had no pedals: people pushed themselves along with their feet.",
    "I found three recipes for lentil soup, and the second one takes the least time.",
    "An octopus has three hearts and blue blood, and it can squeeze through a tiny hole.",
)
SHAPES = {"gains": "-6,-12,-20", "delays": "20,80,200", "rooms": "0,200"}
HELD_OUT_SHAPES = {"gains": "-8,-15,-18", "delays": "35,120,170", "rooms": "90,350"}
HELD_OUT_SEED = 23
NOISE_DBFS = -65.0
GAP = 1.2
PATIENCE = 2.0
"""Seconds after the first sound of a person in which they must have been noticed."""


@dataclass
class Outcome:
    """latencies: milliseconds from the person's first sound to the interruption."""

    engine: str
    shape: EchoShape
    answers: int = 0
    own: int = 0
    people: int = 0
    caught: int = 0
    latencies: list[float] = field(default_factory=list[float])
    missed: list[str] = field(default_factory=list[str])
    attenuation_db: float | None = None
    delay_ms: float | None = None


@dataclass(frozen=True)
class Trial:
    """An answer, where it begins, and, if somebody speaks over it, from where on; samples at 16 kHz."""

    sound: Samples
    at: int
    person: str = ""
    person_at: int | None = None


def level(sound: Samples) -> float:
    """dBFS of the parts in which something is said."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    powers = (frames**2).mean(1)
    return float(10 * np.log10(powers[powers > powers.max() / 1000].mean() + 1e-12))


def begun(sound: Samples, vad: SileroVad) -> Samples:
    """Without what comes before the first voiced frame; empty when there is none."""
    vad.reset()
    for at in range(0, len(sound) - FRAME + 1, FRAME):
        if vad.score(sound[at : at + FRAME]) > 0.5:
            return sound[at:]
    return sound[:0]


def voices(seconds: float = 0.8, *, held_out: bool = False) -> list[tuple[str, Samples]]:
    """The people who interrupt: every English sentence of some length; held out: everybody else."""
    vad = SileroVad(MODELS / "vad" / "silero_vad.onnx")
    vad.load()
    spoken = [row for row in manifest() if row["kind"].partition(":")[0] in ("speech", "wake")]
    rows = [row for row in spoken if (row["kind"] == "speech" and row["language"] == "en") != held_out]
    found = [(row["file"], begun(recording(row["file"]), vad)[: 3 * RATE]) for row in rows]
    return [(name, sound) for name, sound in found if len(sound) >= seconds * RATE]


def strangers(folder: Path, count: int = 60, seconds: float = 1.5) -> list[tuple[str, Samples]]:
    """People of a folder of WAV files, some of them, of some length."""
    vad = SileroVad(MODELS / "vad" / "silero_vad.onnx")
    vad.load()
    files, found = sorted(folder.rglob("*.wav")), list[tuple[str, Samples]]()
    for number in np.random.default_rng(4).permutation(len(files)):
        sound = begun(decoded(files[number]), vad)[: 3 * RATE]
        if len(sound) >= seconds * RATE and len(found) < count:
            found.append((files[number].name, sound))
    return found


def answers(texts: Sequence[str]) -> list[Samples]:
    """Solo's own voice at 16 kHz."""
    joe = PiperTts(TtsSettings(), MODELS)
    joe.load()
    made = [resample(joined(joe.synthesize(text, 1.0)), joe.capabilities.rate, RATE) for text in texts]
    joe.close()
    return made


def plan(
    sounds: Sequence[Samples], people: Sequence[tuple[str, Samples]], count: int, seed: int
) -> list[Trial]:
    """Who says what when."""
    chance = np.random.default_rng(seed)
    order = chance.permutation(len(people))
    trials, at = list[Trial](), RATE
    for number in range(count):
        sound = sounds[number % len(sounds)]
        person, person_at = "", None
        if number % 2:
            person = people[order[(number // 2) % len(people)]][0]
            person_at = at + int(chance.uniform(0.5, max(0.6, len(sound) / RATE - 2.5)) * RATE)
        trials.append(Trial(sound, at, person, person_at))
        at += len(sound) + int((PATIENCE + GAP) * RATE)
        at += -at % FRAME
    return trials


def room(trials: Sequence[Trial], people: dict[str, Samples], shape: EchoShape, below: float) -> Samples:
    """What the microphone would hear without the loudspeaker."""
    last = trials[-1]
    length = last.at + len(last.sound) + 4 * RATE
    line = np.random.default_rng(11).standard_normal(length) * 10 ** (NOISE_DBFS / 20)
    for trial in trials:
        if trial.person_at is not None:
            voice = people[trial.person]
            wanted = level(trial.sound) + shape.gain_db + below
            gain = 10 ** ((wanted - level(voice)) / 20)
            line[trial.person_at : trial.person_at + len(voice)] += voice * gain
    return line.astype(np.float32)


async def hold(
    trials: Sequence[Trial], heard: Path, shape: EchoShape, engine: str, settings: VoiceSettings
) -> Outcome:
    """Play the answers, interrupt where the rule says so."""
    runtime, pace, hub, playback = Runtime.new(), Pace(), FrameHub(), Playback()
    vad, played = SileroVad(MODELS / "vad" / "silero_vad.onnx"), Played()
    guard = EchoGuard(canceller(engine), played)
    duplex = FileDuplex(heard, None, realtime=False, pace=pace, echo=shape)
    ear = MicrophoneService(runtime, settings, duplex.source, vad, hub, pace, guard)
    mouth = SpeakerService(runtime, settings, duplex.sink, playback, pace, played)
    frames = hub.subscribe("bench")
    speaking = Speaking(runtime.bus, playback, numbers(settings).interrupt)
    tasks = [asyncio.ensure_future(part.run(lambda: None)) for part in (mouth, ear)]
    done, waiting, current = Outcome(engine, shape), list(trials), None
    async for frame in frames:
        if waiting and frame.index >= waiting[0].at:
            _missed(done, current)
            current = waiting.pop(0)
            done.answers += 1
            done.people += current.person_at is not None
            turn = f"answer-{done.answers}"
            tasks.append(asyncio.ensure_future(_say(playback, turn, current.sound)))
        speaking.changed()
        if speaking.turn is not None and current is not None and speaking.hear(frame) is not None:
            _count(done, current, frame.index + FRAME)
            speaking.silence(speaking.turn, "speech", frame.index)
        if not waiting and duplex.exhausted:
            _missed(done, current)
            break
    done.attenuation_db, done.delay_ms = guard.report().attenuation_db, guard.report().delay_ms
    duplex.finish()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return done


async def _say(playback: Playback, turn: str, sound: Samples) -> None:
    await playback.play(turn, sound, RATE)
    playback.finish(turn)


def _missed(done: Outcome, trial: Trial | None) -> None:
    """It is over: was somebody spoken past?"""
    if trial is not None and trial.person_at is not None and len(done.missed) + done.caught < done.people:
        done.missed.append(f"{trial.person} in answer {done.answers}")


def _count(done: Outcome, trial: Trial, at: int) -> None:
    if trial.person_at is None or at <= trial.person_at:
        done.own += 1
    elif at <= trial.person_at + PATIENCE * RATE:
        done.caught += 1
        done.latencies.append((at - trial.person_at) * 1000 / RATE)


def measure(
    engines: Sequence[str],
    shapes: Sequence[EchoShape],
    *,
    count: int,
    below: float,
    seed: int = 1,
    held_out: bool = False,
    folder: Path | None = None,
) -> list[Outcome]:
    """All of it."""
    settings = VoiceSettings()
    people = strangers(folder) if folder else voices(held_out=held_out)
    sounds = answers((HELD_OUT_ANSWERS if held_out else ANSWERS)[:count])
    found = list[Outcome]()
    with tempfile.TemporaryDirectory() as place:
        for number, shape in enumerate(shapes):
            trials = plan(sounds, people, count, seed + number)
            heard = Path(place) / f"{number}.wav"
            write_wav(heard, room(trials, dict(people), shape, below), RATE)
            for engine in engines:
                found.append(asyncio.run(hold(trials, heard, shape, engine, settings)))
                print(_line(found[-1]), flush=True)
    return found


def _line(one: Outcome) -> str:
    shape = one.shape
    late = f"{np.median(one.latencies):4.0f}" if one.latencies else "   -"
    return (
        f"{one.engine:8} {shape.gain_db:4.0f} dB {shape.delay_ms:4.0f} ms room {shape.room_ms:3.0f} ms: "
        f"self-interruptions {one.own}/{one.answers}, caught {one.caught}/{one.people}, "
        f"median {late} ms, attenuation {one.attenuation_db} dB, delay {one.delay_ms} ms"
        + "".join(f"\n    missed {missed}" for missed in one.missed)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--engines", default="kalman,none")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--people", type=Path, metavar="DIR")
    for name, usual in SHAPES.items():
        parser.add_argument(f"--{name}", help=f"{usual}; held out: {HELD_OUT_SHAPES[name]}")
    parser.add_argument("--answers", type=int, default=20, help="per condition; every second is spoken over")
    parser.add_argument("--below", type=float, default=-10.0, help="the person against the echo, dB")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    usual = HELD_OUT_SHAPES if options.held_out else SHAPES
    gains, delays, rooms = (
        [float(number) for number in (getattr(options, name) or usual[name]).split(",")] for name in usual
    )
    seed = options.seed or (HELD_OUT_SEED if options.held_out else 1)
    shapes = [EchoShape(delay, gain, ring, seed=seed) for gain in gains for delay in delays for ring in rooms]
    began = time.process_time()
    found = measure(
        options.engines.split(","),
        shapes,
        count=options.answers,
        below=options.below,
        seed=seed,
        held_out=options.held_out,
        folder=options.people,
    )
    for engine in options.engines.split(","):
        mine = [one for one in found if one.engine == engine]
        late = [value for one in mine for value in one.latencies]
        own, spoken = sum(one.own for one in mine), sum(one.answers for one in mine)
        caught, people = sum(one.caught for one in mine), sum(one.people for one in mine)
        print(
            f"{engine}: {own} self-interruptions in {spoken} answers, "
            f"{caught} of {people} people noticed ({100 * caught / max(1, people):.1f} %), "
            f"median {np.median(late or [0]):.0f} ms, p90 {np.percentile(late or [0], 90):.0f} ms"
        )
    print(f"{time.process_time() - began:.0f} s of CPU time")
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in found], indent=2))


if __name__ == "__main__":
    main()
