"""How fast and how well does Solo hear and speak?

    python -m tests.bench.bench_speech [--repeat 5] [--threads 2] [--json FILE]

Hearing: Whisper's ways with short recordings side by side on the same clips: faster-whisper as it
comes (the 30 s window), Solo's direct decoding with the whole window and no guard, and as Solo does
it. Words are counted on the real recordings of ../shared/speech when they are there. Speaking: from
a clause to its first audible sample (-45 dBFS) if it were played at once, bare Piper and Solo's
stage in turn, in the same run. Models: SOLO_MODELS_DIR.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import soxr

from app.config.voice import SttSettings, TtsSettings
from app.events.voice import SpeakEvent, TTSEvent
from app.kernel.runtime import Runtime
from app.voice.audio.frames import RATE, Samples
from app.voice.stt import faster_whisper as whisper_module
from app.voice.stt.faster_whisper import FasterWhisper
from app.voice.stt.guard import doubt
from app.voice.tts.piper import PiperTts
from app.voice.tts.service import TtsService
from app.voice.tts.trim import AUDIBLE
from tests.conftest import MODELS, SHARED
from tests.real.speech_helpers import Recording, recordings, sound, word_errors, words_of

CLAUSES = (
    "The sky is blue,",
    "It takes about ten minutes.",
    "Paris is the capital of France.",
    "Sure, here is one.",
)
QUESTIONS = ("What is the capital of France?", "How long should I boil an egg?", "Why is the sky blue?")


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds, result."""
    began = time.perf_counter()
    result = call()
    return (time.perf_counter() - began) * 1000, result


# -- hearing -------------------------------------------------------------------------------------


def ways(engine: FasterWhisper) -> dict[str, Callable[[Samples], str]]:
    """Name → how to turn a clip of less than 9.5 s into text."""

    def shipped(audio: Samples) -> str:
        segments, _ = engine._model.transcribe(
            audio, language="en", beam_size=1, temperature=0.0, without_timestamps=True
        )
        return " ".join(segment.text.strip() for segment in segments)

    def within(window: float | None) -> Callable[[Samples], str]:
        def hear(audio: Samples) -> str:
            choose, limit, loops = (
                whisper_module.window_for,
                whisper_module.most_tokens,
                whisper_module.loops,
            )
            whisper_module.window_for = lambda seconds: window or choose(seconds)
            if window is not None:
                whisper_module.most_tokens = lambda _: 200
                whisper_module.loops = lambda _: False
            try:
                return engine.transcribe(audio, "en", ()).text
            finally:
                whisper_module.window_for, whisper_module.most_tokens = choose, limit
                whisper_module.loops = loops

        return hear

    return {
        "faster-whisper as it comes (30 s)": shipped,
        "direct, 30 s, no guard": within(30.0),
        "Solo (the sound and silence from stock)": within(None),
    }


def bench_latency(engine: FasterWhisper, clips: list[Samples], repeat: int) -> dict[str, float]:
    """Median milliseconds over the clips, ways taken in turn."""
    found: dict[str, list[float]] = {name: [] for name in ways(engine)}
    for _ in range(repeat):
        for clip in clips:
            for name, hear in ways(engine).items():
                found[name].append(timed(lambda hear=hear, clip=clip: hear(clip))[0])
    return {name: round(statistics.median(values), 1) for name, values in found.items()}


def bench_words(engine: FasterWhisper) -> list[dict[str, Any]]:
    """Each English recording with a verbatim transcript: errors and time, full window and Solo's."""
    shipped, *_, solo = ways(engine).values()
    rows: list[dict[str, Any]] = []
    for clip in (one for one in recordings("speech", "en") if one.words):
        audio = sound(clip.path)
        full_ms, full = timed(lambda audio=audio: shipped(audio))
        solo_ms, short = timed(lambda audio=audio: solo(audio))
        rows.append(
            {
                "clip": clip.path.name,
                "seconds": round(audio.size / RATE, 1),
                "words": len(words_of(clip.words)),
                "full_errors": word_errors(clip.words, full),
                "solo_errors": word_errors(clip.words, short),
                "full_ms": round(full_ms),
                "solo_ms": round(solo_ms),
                "texts": {"said": clip.words, "30 s": full, "Solo": short},
            }
        )
    return rows


def bench_doubt(engine: FasterWhisper) -> dict[str, str]:
    """Recordings without words: what was believed of them (must be nothing)."""

    def believed(clip: Recording) -> str:
        heard = engine.transcribe(sound(clip.path), "en", ())
        return "" if doubt(heard) else heard.text

    clips = [clip for kind in ("noise", "rir", "music") for clip in recordings(kind)]
    return {clip.path.name: believed(clip) for clip in clips}


# -- speaking ------------------------------------------------------------------------------------


def lead_ms(audio: Samples, rate: int) -> float:
    """Milliseconds before the first audible sample."""
    return float(np.flatnonzero(np.abs(audio) >= AUDIBLE)[0]) * 1000 / rate


async def bench_first_sound(engine: PiperTts, voice: Any, repeat: int) -> dict[str, dict[str, float]]:
    """Milliseconds from a clause to its first audible sample, by clause; bare Piper and Solo in turn."""
    runtime, ready = Runtime.new(), anyio.Event()
    found: dict[str, dict[str, list[float]]] = {clause: {"bare": [], "solo": []} for clause in CLAUSES}
    async with anyio.create_task_group() as group:
        group.start_soon(TtsService(runtime, TtsSettings(), engine).run, ready.set)
        await ready.wait()
        for number in range(repeat + 1):
            for clause in CLAUSES:
                made, audio = await asyncio.to_thread(
                    timed, lambda clause=clause: next(iter(voice.synthesize(clause))).audio_float_array
                )
                bare = made + lead_ms(audio, voice.config.sample_rate)
                solo = await through_solo(runtime, clause)
                if number:  # the first round warms up
                    found[clause]["bare"].append(bare)
                    found[clause]["solo"].append(solo)
        group.cancel_scope.cancel()
    return {
        clause: {name: round(statistics.median(values), 1) for name, values in both.items()}
        for clause, both in found.items()
    }


async def through_solo(runtime: Runtime, clause: str) -> float:
    """Milliseconds from the request to the first audible sample of its first piece."""
    key, stream = runtime.streams.open()
    began = time.perf_counter()
    async with runtime.bus.ask(SpeakEvent(text=clause, sink=key)) as answers:
        first = await anext(aiter(answers))
        took = (time.perf_counter() - began) * 1000
        assert isinstance(first, TTSEvent)
        async with aclosing(aiter(stream)) as sound_of:  # type: ignore[type-var]
            audio: Samples = await anext(sound_of)
    return took + lead_ms(audio, first.rate)


# -- all of it -----------------------------------------------------------------------------------


def ask_aloud(voice: Any, text: str) -> Samples:
    """A question in Piper's voice at 16 kHz."""
    said = np.concatenate([chunk.audio_float_array for chunk in voice.synthesize(text)])
    heard: Samples = soxr.resample(said, voice.config.sample_rate, RATE).astype(np.float32)
    return heard


def measure(repeat: int, threads: int) -> dict[str, Any]:
    """Everything, as plain data."""
    load_before = os.getloadavg()[0]
    import_ms, _ = timed(
        lambda: (__import__("faster_whisper"), __import__("piper"), __import__("onnxruntime"))
    )
    hears, speaks = FasterWhisper(SttSettings(threads=threads), MODELS), PiperTts(TtsSettings(), MODELS)
    stt_ms, _ = timed(hears.load)
    tts_ms, _ = timed(speaks.load)
    from piper import PiperVoice

    path = MODELS / "tts" / "en_US-joe-medium.onnx"
    bare_ms, voice = timed(lambda: PiperVoice.load(path))
    report: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load_average_before": round(load_before, 2),
        "repeat": repeat,
        "threads": threads,
        "loading_ms": {
            "import of the libraries": round(import_ms),
            "whisper, warmed up": round(stt_ms),
            "Piper, warmed up": round(tts_ms),
            "Piper as it comes, not warmed up": round(bare_ms),
        },
        "hearing_ms": bench_latency(hears, [ask_aloud(voice, text) for text in QUESTIONS], repeat),
        "first_sound_ms": asyncio.run(bench_first_sound(speaks, voice, repeat)),
    }
    # The service closed the voice; only hearing is left to measure.
    if (SHARED / "speech").is_dir():
        report["recordings"] = bench_words(hears)
        report["believed_of_noise"] = bench_doubt(hears)
    report["load_average_after"] = round(os.getloadavg()[0], 2)
    return report


def show(report: dict[str, Any]) -> None:
    """The report as tables."""
    print(f"{report['machine']}; load average {report['load_average_before']} before,", end=" ")
    print(f"{report['load_average_after']} after; {report['threads']} threads for Whisper\n")
    for title, key in (("loading", "loading_ms"), ("hearing a short question", "hearing_ms")):
        print(f"| {title} | ms |\n| --- | ---: |")
        for name, value in report[key].items():
            print(f"| {name} | {value} |")
        print()
    print("| clause to first audible sample | bare Piper, ms | Solo, ms |\n| --- | ---: | ---: |")
    for clause, both in report["first_sound_ms"].items():
        print(f"| {clause} | {both['bare']} | {both['solo']} |")
    rows = report.get("recordings", [])
    if not rows:
        return
    print("\n| recording | s | words | wrong, 30 s | wrong, Solo | ms, 30 s | ms, Solo |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for row in rows:
        print("| " + " | ".join(str(value) for name, value in row.items() if name != "texts") + " |")
    total = sum(row["words"] for row in rows)
    full, solo = (sum(row[f"{name}_errors"] for row in rows) for name in ("full", "solo"))
    slow, fast = (statistics.median(row[f"{name}_ms"] for row in rows) for name in ("full", "solo"))
    print(f"| all: WER {full / total:.3f} (30 s), {solo / total:.3f} (Solo); medians | | {total} |", end=" ")
    print(f"{full} | {solo} | {slow:.0f} | {fast:.0f} |")
    for row in rows:
        if row["solo_errors"] or row["full_errors"]:
            print(f"\n{row['clip']}" + "".join(f"\n  {who:5} {text}" for who, text in row["texts"].items()))
    print("\nwords believed of noise, echoes and music:", report["believed_of_noise"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    report = measure(given.repeat, given.threads)
    show(report)
    if given.json:
        given.json.write_text(json.dumps(report, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
