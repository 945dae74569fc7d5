"""How exactly is it known which words of an answer had been heard at a moment?

    .venv/bin/python -m tests.bench.bench_heard [--rounds 3] [--step 25] [--whisper] [--json out.json]

Answers are spoken by the default Piper voice through the service that speaks, cut into pieces as in a
conversation. Every STEP milliseconds of every piece each way of telling says how many words had been
heard; the truth is what the model itself says of the length of every single sound, laid beside the
sounds of each word alone (_words.py). Errors are in words.

characters    by the share of the letters (what Solo goes by when a voice tells nothing)
sounds        by the share of the phonemizer's sounds, a pause counting as some
valleys       the same, each end of a word moved to the quietest moment within 80 ms
words         by when the voice says that its words sound (what Solo does)

--whisper: also how far the truth is from the times that faster-whisper finds by listening.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import structlog

from app.config.voice import TtsSettings
from app.events.voice import SpeakEvent, SpokenWord, TTSEvent
from app.kernel.runtime import Runtime
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.resample import resample
from app.voice.tts.piper import PiperTts
from app.voice.tts.service import TtsService
from app.voice.tts.spokenwords import spoken_words
from app.voice.turn.heard import Spoken, sounded, split_heard
from app.voice.turn.wordtimes import Sounded
from tests.bench._words import SILENT, Sound, count, true_times
from tests.bench.bench_echo import ANSWERS

ROOT = Path(__file__).resolve().parents[2]
MODELS = Path(os.environ.get("SOLO_MODELS_DIR", ROOT / "models"))
MORE = (
    "It was founded in 1990, and it costs $5 a month, or $49.99 a year.",
    "At the end of the day there are 12,345 people in and out of the building.",
    "The meeting is at 3:30 PM on Tuesday, in room 204, on the second floor.",
    "**Photosynthesis** is how plants turn light, water and carbon dioxide into sugar and oxygen.",
    "Boil the egg for 7 minutes, then put it into cold water so that it does not cook any further.",
    "The sky is blue because air scatters short waves of light more than long ones; at sunset it is red.",
    "Jupiter is the largest planet: it is 11 times as wide as the Earth, and 318 times as heavy.",
    "You could make scrambled eggs on toast, or a cheese omelette, or a grilled cheese sandwich.",
    "Visit www.example.com for more, or call them between 9 and 5.",
    "I'm sorry, I don't know that, but I'd be happy to look into it with you if you'd like.",
    "First, take 200 g of flour and 2 eggs. Second, add 1/2 cup of milk. Third, stir it well.",
    "Once upon a time there was a king who had three daughters, and the youngest of them was the bravest.",
    "The temperature is 21 °C now, and it will be about 15% warmer tomorrow (so they say).",
    "In 1969, Neil Armstrong and Buzz Aldrin landed on the Moon; Michael Collins stayed in orbit.",
    "Yes. Of course you can. Which of the two would you rather have?",
    "e.g. apples, pears, plums, etc., none of which are in season at the moment",
)
PAUSES = {",": 4.0, ";": 5.0, ":": 5.0, ".": 5.0, "!": 5.0, "?": 5.0, " ": 0.8}
"""Sounds that a pause counts as."""
VALLEY_MS = 80.0


class Listening:
    """Stands before the half of the voice that knows the lengths, and remembers them."""

    def __init__(self, front: Any) -> None:
        self._front = front
        self.said = list[tuple[list[int], list[float]]]()

    def run(self, names: Any, inputs: dict[str, Any]) -> Any:
        made = self._front.run(names, inputs)
        self.said.append((inputs["input"][0].tolist(), np.ravel(made[-1]).tolist()))
        return made


class Exact(PiperTts):
    """Remembers every single sound of what it said."""

    def load(self) -> None:
        super().load()
        vocoder: Any = self._vocoder
        self.listening = vocoder._front = Listening(vocoder._front)
        self.signs: dict[int, str] = vocoder._sounds

    def sounds(self, words: Sequence[SpokenWord], rate: int, frame: int = 256) -> list[Sound]:
        """The sounds of the sentence that was said first of those not yet asked for; words: where the
        service says that they are, of which only the first counts."""
        ids, lengths = self.listening.said.pop(0)
        own = spoken_words(ids, [round(length) * frame for length in lengths], self.signs)
        at, found = float(words[0].start - own[0].start), list[Sound]()
        for id_, length in zip(ids, lengths, strict=True):
            end = at + length * frame
            found.append(Sound(self.signs.get(id_, ""), at * 1000 / rate, end * 1000 / rate))
            at = end
        return found


@dataclass(frozen=True)
class Case:
    """A piece as it was announced, its sound, and every sound in it."""

    spoken: Spoken
    rate: int
    samples: Samples
    sounds: Sequence[Sound]


async def speak(texts: Sequence[str]) -> list[Case]:
    """All of it, as in a conversation."""
    runtime, engine, cases = Runtime.new(), Exact(TtsSettings(), MODELS), list[Case]()
    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(TtsService(runtime, TtsSettings(), engine).run, ready.set)
        await ready.wait()
        for text in texts:
            key, sound = runtime.streams.open(64)
            async with runtime.bus.ask(SpeakEvent(text=text, sink=key)) as answers:
                events = [event async for event in answers if isinstance(event, TTSEvent)]
            samples = [chunk async for chunk in sound]
            cases += _cases(events, samples, engine)
        group.cancel_scope.cancel()
    return cases


def _cases(events: Sequence[TTSEvent], samples: Sequence[Samples], engine: Exact) -> list[Case]:
    """The stretches of each piece put together."""
    found = list[Case]()
    for index in range(events[-1].index + 1):
        mine = [number for number, event in enumerate(events) if event.index == index]
        first = events[mine[0]]
        sound = np.concatenate([samples[number] for number in mine])
        told = [events[number] for number in mine if events[number].words]
        sounds = [one for event in told for one in engine.sounds(event.words, event.rate)]
        words = tuple(word for event in told for word in sounded(event))
        spoken = Spoken(first.text, 0.0, 1000 * len(sound) / first.rate, words)
        found.append(Case(spoken, first.rate, sound, sounds))
    return found


# -- ways of telling -----------------------------------------------------------------------------


def characters(case: Case) -> Spoken:
    return replace(case.spoken, words=())


def sounds(case: Case) -> Spoken:
    """As if every sound were as long as the next."""
    weights = list[tuple[float, str]]()
    for word in case.spoken.words:
        bare = sum(1 for sign in word.sounds if sign not in SILENT) + 0.6 * word.sounds.count("\u02d0")
        weights.append((bare, word.sounds))
    pauses = [PAUSES.get(sign[-1:], 0.0) + PAUSES[" "] for _, sign in weights]
    length = case.spoken.length_ms - (240 if case.spoken.text.rstrip()[-1:] in ".!?" else 110)
    total = sum(w for w, _ in weights) + sum(pauses[:-1])
    at, made = 10.0, list[Sounded]()
    for (weight, sign), pause in zip(weights, pauses, strict=True):
        size = weight / total * length
        made.append(Sounded(sign, at, at + size))
        at += size + pause / total * length
    return replace(case.spoken, words=tuple(made))


def valleys(case: Case) -> Spoken:
    """The ends of words where it is quietest."""
    rate, told = case.rate, sounds(case)
    window = max(1, rate // 100)
    power = np.convolve(case.samples**2, np.ones(window) / window, "same")

    def quiet(ms: float) -> float:
        a, b = (max(0, int((ms + side * VALLEY_MS) * rate / 1000)) for side in (-1, 1))
        return (a + int(np.argmin(power[a:b]))) * 1000 / rate if b > a and a < len(power) else ms

    ends = [quiet(word.end_ms) for word in told.words[:-1]] + [w.end_ms for w in told.words[-1:]]
    starts = [word.start_ms for word in told.words[:1]] + ends[:-1]
    moved = [Sounded(w.sounds, a, max(a, b)) for w, a, b in zip(told.words, starts, ends, strict=True)]
    return replace(told, words=tuple(moved))


def words(case: Case) -> Spoken:
    return case.spoken


WAYS: dict[str, Callable[[Case], Spoken]] = {
    "characters": characters,
    "sounds": sounds,
    "valleys": valleys,
    "words": words,
}


def errors(case: Case, way: Callable[[Case], Spoken], step: float) -> list[int]:
    """Words too many (or too few, below zero), every so many milliseconds."""
    told, text = way(case), case.spoken.text.strip()
    truth = true_times(text, case.sounds)
    found = list[int]()
    for at in np.arange(step / 2, told.length_ms - 1, step):
        heard, _ = split_heard(text, [told], float(at))
        found.append(len(heard.split()) - count(truth, float(at)))
    return found


def listened(cases: Sequence[Case]) -> list[float]:
    """How far the middle of each word is from where a recognizer hears it, where both know as many."""
    from faster_whisper import WhisperModel

    model = WhisperModel(str(MODELS / "stt" / "whisper-tiny.en"), compute_type="int8", cpu_threads=2)
    apart = list[float]()
    for case in cases:
        heard: list[Any] = []
        for segment in model.transcribe(resample(case.samples, case.rate, RATE), word_timestamps=True)[0]:
            heard += segment.words or []
        truth = true_times(case.spoken.text.strip(), case.sounds)
        if len(heard) == len(truth):
            apart += [500 * (w.start + w.end) - (a + b) / 2 for w, (a, b) in zip(heard, truth, strict=True)]
    return apart


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="Piper says it differently every time")
    parser.add_argument("--step", type=float, default=25.0)
    parser.add_argument("--whisper", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    cases = asyncio.run(speak((*ANSWERS, *MORE) * options.rounds))
    total = sum(len(case.spoken.text.split()) for case in cases)
    print(f"{len(cases)} pieces, {total} words, {sum(c.spoken.length_ms for c in cases) / 1000:.0f} s")
    table = dict[str, list[int]]()
    for name, way in WAYS.items():
        began = time.perf_counter()
        table[name] = [error for case in cases for error in errors(case, way, options.step)]
        wrong = np.abs(table[name])
        print(
            f"{name:11} mean {wrong.mean():.3f} words, "
            f"p95 {np.percentile(wrong, 95):.0f}, worst {wrong.max()}, "
            f"the very word {100 * (wrong == 0).mean():.1f} %, within one {100 * (wrong <= 1).mean():.2f} % "
            f"of {len(wrong)} moments ({time.perf_counter() - began:.1f} s)"
        )
    late = list[float]()
    for case in cases:
        began = time.perf_counter()
        split_heard(case.spoken.text.strip(), [case.spoken], case.spoken.length_ms / 2)
        late.append(1000 * (time.perf_counter() - began))
    print(f"cutting, once when interrupted: median {np.median(late):.2f} ms, worst {max(late):.2f}")
    if options.whisper:
        apart = np.array(listened(cases))
        print(
            f"a recognizer puts the middle of {len(apart)} words {np.median(apart):+.0f} ms from the truth "
            f"(median), {np.percentile(np.abs(apart), 90):.0f} at most for nine of ten"
        )
    if options.json:
        options.json.write_text(json.dumps(table))


if __name__ == "__main__":
    main()
