"""Does taking noise out help those who listen?

    python -m tests.bench.bench_suppression [--engines none,wiener] [--snr clean,10,5,0] [--quieter 0]
        [--json FILE]

Every English recording of ../shared/speech with a verbatim transcript is mixed with the noise there (music
for every third), so many decibels below the speech, and heard by the default Whisper with and without each
suppressor: words wrong.  Voice activity: the share of frames with speech that is still found, and of frames
without that is taken for speech, by what the same model finds in the clean recording.  The wake word: the
recordings of the shipped words, found or not.  --quieter: as a microphone hears it that is so many decibels
less sensitive, with 16 bits.  For what has to be installed see _suppressors.py.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import structlog

from app.config.voice import SttSettings, VadSettings, WakeSettings
from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.audio.level import dbfs
from app.voice.audio.vad import SileroVad
from app.voice.stt.faster_whisper import FasterWhisper
from tests.bench._recordings import recording
from tests.bench._suppressors import SUPPRESSORS, Suppress
from tests.bench.bench_wake import MODELS, WORDS, listen, recordings, surrounded
from tests.real.speech_helpers import recordings as transcribed
from tests.real.speech_helpers import sound, word_errors, words_of

NOISES = (
    "noise/koala_noise.wav",
    "noise/precise_bg_noise4.wav",
    "music/manolo_camp-morning_coffee.gsm",
    "noise/precise_bg_noise6.wav",
    "noise/alsa_Noise.wav",
)
AROUND = RATE
"""Samples of noise alone before and behind."""
SPEECH = VadSettings().threshold
QUIETEST = VadSettings().minimum_dbfs


@dataclass
class Row:
    """What one suppressor does at one loudness of the noise."""

    engine: str
    snr: str
    words: int = 0
    wrong: int = 0
    speech: int = 0
    found: int = 0
    rest: int = 0
    taken: int = 0
    called: int = 0
    woken: int = 0
    seconds: float = 0.0
    took: float = 0.0

    def line(self) -> str:
        found, taken = self.found / max(1, self.speech), self.taken / max(1, self.rest)
        return (
            f"| {self.engine} | {self.snr} | {self.wrong} of {self.words} | {found:.1%} | {taken:.1%} | "
            f"{self.woken} of {self.called} | {self.took / max(1e-9, self.seconds):.1%} |"
        )


def power(sound: Samples) -> float:
    """Mean power of what is within 30 dB of the loudest frame."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    powers = (frames.astype(np.float64) ** 2).mean(1)
    return float(powers[powers > powers.max() / 1000].mean())


@dataclass(frozen=True)
class Room:
    """What is heard beside the speech, and how quiet it all is."""

    noises: list[Samples]
    quieter: float

    def around(self, speech: Samples, number: int, snr: str, chance: np.random.Generator) -> Samples:
        line = mixed(speech, self.noises[number % len(self.noises)], snr, chance)
        return np.round(line * 10 ** (-self.quieter / 20) * 32767).astype(np.float32) / 32768


def mixed(speech: Samples, noise: Samples, snr: str, chance: np.random.Generator) -> Samples:
    """With noise so many decibels below, before and behind as well."""
    line = np.concatenate((np.zeros(AROUND, np.float32), speech, np.zeros(AROUND, np.float32)))
    if snr == "clean":
        return line
    start = int(chance.integers(len(noise)))
    round_about = np.resize(np.roll(noise, -start), len(line))
    gain = np.sqrt(power(speech) / 10 ** (float(snr) / 10) / power(noise))
    return np.clip(line + round_about * np.float32(gain), -1, 1).astype(np.float32)


def voiced(vad: SileroVad, line: Samples) -> np.ndarray:
    """Which frames hold speech."""
    vad.reset()
    parts = [line[at : at + FRAME] for at in range(0, len(line) - FRAME + 1, FRAME)]
    return np.array([vad.score(part) >= SPEECH and dbfs(part) >= QUIETEST for part in parts])


def judge(engines: dict[str, Suppress], snrs: list[str], room: Room) -> list[Row]:
    """Words and voice activity."""
    whisper = FasterWhisper(SttSettings(threads=1), MODELS)
    whisper.load()
    vad = SileroVad(MODELS / "vad" / "silero_vad.onnx")
    vad.load()
    clips = [(clip, sound(clip.path)) for clip in transcribed("speech", "en") if clip.words]
    rows: list[Row] = []
    for snr in snrs:
        made = {name: Row(name, snr) for name in engines}
        chance = np.random.default_rng(5)
        for number, (clip, speech) in enumerate(clips):
            truth = voiced(vad, mixed(speech, speech, "clean", chance))
            line = room.around(speech, number, snr, chance)
            for name, suppress in engines.items():
                row, began = made[name], time.perf_counter()
                clean = suppress(line)
                row.took += time.perf_counter() - began
                row.seconds += len(line) / RATE
                found = voiced(vad, clean)
                row.speech, row.found = row.speech + int(truth.sum()), row.found + int((found & truth).sum())
                row.rest, row.taken = row.rest + int((~truth).sum()), row.taken + int((found & ~truth).sum())
                row.words += len(words_of(clip.words))
                row.wrong += word_errors(clip.words, whisper.transcribe(clean, "en", ()).text)
        rows += made.values()
    return rows


async def wakes(engines: dict[str, Suppress], rows: list[Row], room: Room) -> None:
    """The wake words, into the rows."""
    words = WORDS["microwakeword"]
    settings = WakeSettings(words=words)
    calls = [(said, heard) for _, said, heard in recordings(words) if said]
    for row in rows:
        chance = np.random.default_rng(6)
        for number, (said, heard) in enumerate(calls):
            line = room.around(heard, number, row.snr, chance)
            events = await listen(surrounded(engines[row.engine](line)), settings)
            row.called += 1
            row.woken += said in [event.word for event in events]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--engines", default="none,wiener")
    parser.add_argument("--snr", default="clean,10,5,0")
    parser.add_argument("--quieter", type=float, default=0.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda *_: ""])
    engines = {name: SUPPRESSORS[name] for name in options.engines.split(",")}
    room = Room([recording(name) for name in NOISES], options.quieter)
    rows = judge(engines, options.snr.split(","), room)
    asyncio.run(wakes(engines, rows, room))
    print(
        "| suppressor | noise below speech, dB | words wrong | speech found | noise taken for speech |",
        end="",
    )
    print(" wake words | of a core |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(row.line())
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2))


if __name__ == "__main__":
    main()
