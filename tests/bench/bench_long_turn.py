"""What is saved when a whole sentence is not heard again (decision 26)?

    python -m tests.bench.bench_long_turn [--repeat 9]

A long sentence and, half a second later, a question, said by the default voice: transcribed as one
recording, and the question alone as Solo does it, in turn. Models: SOLO_MODELS_DIR.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

from app.config.voice import SttSettings, TtsSettings
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.resample import resample
from app.voice.stt.faster_whisper import FasterWhisper
from app.voice.tts.piper import PiperTts
from app.voice.tts.port import joined
from tests.conftest import MODELS

FIRST = (
    "I have eggs, bread and a little cheese, and yesterday I bought some apples and two large pears at the "
    "market."
)
SECOND = "What could I make for breakfast?"


def room(seconds: float) -> Samples:
    """No room is digitally silent."""
    return (np.random.default_rng(1).standard_normal(int(seconds * RATE)) * 3e-4).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=9)
    repeat = parser.parse_args().repeat
    voice, ears = PiperTts(TtsSettings(), MODELS), FasterWhisper(SttSettings(), MODELS)
    voice.load()
    ears.load()
    first, second = (
        resample(joined(voice.synthesize(text, 1.0)), voice.capabilities.rate, RATE)
        for text in (FIRST, SECOND)
    )
    ways = {
        "all of it": np.concatenate((room(0.3), first, room(0.45), second, room(0.064))),
        "what is new": np.concatenate((room(0.2), second, room(0.064))),
    }
    took: dict[str, list[float]] = {way: [] for way in ways}
    words = dict.fromkeys(ways, "")
    for _ in range(repeat):
        for way, sound in ways.items():
            began = time.perf_counter()
            words[way] = ears.transcribe(sound, None, ()).text
            took[way].append((time.perf_counter() - began) * 1000)
    for way, sound in ways.items():
        print(
            f"{way}: {len(sound) / RATE:.1f} s of sound, {statistics.median(took[way]):.0f} ms: {words[way]}"
        )


if __name__ == "__main__":
    main()
