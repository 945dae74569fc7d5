"""How much of Whisper's window must be encoded?

    python -m tests.bench.bench_windows [--folder DIR] [--every 4]

The English recordings of ../shared/speech, and every so-many-th sound file of a folder, heard with the
whole window, with ten and eight seconds of it, and as Solo does it (decision 25), in turn. Printed for
each way: words wrong where there is a transcript, words that differ from what the whole window gives
where there is none, recordings that would have to be heard again because the decoder looped, and
the median of the milliseconds. Nothing is heard again here. Models: SOLO_MODELS_DIR.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from app.config.voice import SttSettings
from app.voice.audio.frames import RATE, Samples
from app.voice.stt import faster_whisper as whisper_module
from app.voice.stt.encoder import Encoder, window_for
from app.voice.stt.faster_whisper import FasterWhisper
from tests.conftest import MODELS, SHARED
from tests.real.speech_helpers import recordings, sound, word_errors, words_of

LONGEST = 9.4


class Bare(Encoder):
    """So many seconds of the window, and nothing behind them."""

    def __init__(self, model: Any, seconds: float) -> None:
        super().__init__(model)
        self._seconds = seconds

    def encode(self, audio: Samples, window: float = 0) -> Any:
        seconds = max(self._seconds, window_for(audio.size / RATE - 1.5) or 0)
        padded = np.zeros(round(seconds * RATE), np.float32)
        padded[: audio.size] = audio
        return self._run(self._model.feature_extractor(padded, padding=0))


class Listener:
    """One way to hear; counts what looped."""

    def __init__(self, engine: FasterWhisper, encoder: Encoder) -> None:
        self._engine, self._encoder = engine, encoder
        self.looped = 0
        self.times: list[float] = []

    def hear(self, audio: Samples) -> str:
        self._engine._encoder = self._encoder
        began = time.perf_counter()
        heard = self._engine._hear(audio, "en", ())
        self.times.append((time.perf_counter() - began) * 1000)
        self.looped += heard is None
        if heard is None:  # what it says all the same
            loops, limit = whisper_module.loops, whisper_module.most_tokens
            whisper_module.loops, whisper_module.most_tokens = (lambda _: False), (lambda _: 200)
            try:
                heard = self._engine._hear(audio, "en", ())
            finally:
                whisper_module.loops, whisper_module.most_tokens = loops, limit
        return heard.text if heard else ""


def clips(folder: Path | None, every: int) -> list[tuple[Samples, str]]:
    found = [(one.path, one.words) for one in recordings("speech", "en") if one.words] if SHARED else []
    if folder is not None:
        found += [(path, "") for path in sorted(folder.rglob("*.wav"))[::every]]
    heard = [(sound(path), words) for path, words in found]
    return [(audio, words) for audio, words in heard if RATE / 2 < audio.size < LONGEST * RATE]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--every", type=int, default=4)
    args = parser.parse_args()
    engine = FasterWhisper(SttSettings(threads=1), MODELS)
    engine.load()
    model, solo = engine._model, engine._encoder
    assert solo is not None
    ways = {f"{seconds:g} s": Listener(engine, Bare(model, seconds)) for seconds in (30.0, 10.0, 8.0)}
    ways["Solo"] = Listener(engine, solo)
    errors, differ = dict.fromkeys(ways, 0), dict.fromkeys(ways, 0)
    wanted = clips(args.folder, args.every)
    for audio, words in wanted:
        heard = {name: way.hear(audio) for name, way in ways.items()}
        for name, text in heard.items():
            if words:
                errors[name] += word_errors(words, text)
            else:
                differ[name] += word_errors(heard["30 s"], text)
    total = sum(len(words_of(words)) for _, words in wanted)
    print(f"{len(wanted)} recordings, {total} words in those with a transcript")
    for name, way in ways.items():
        print(
            f"{name:>6}: {errors[name]:3} wrong, {differ[name]:3} differ, {way.looped:3} looped,"
            f" {statistics.median(way.times):4.0f} ms"
        )


if __name__ == "__main__":
    main()
