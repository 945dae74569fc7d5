"""A voice without a model: a tone for each word.

Deterministic, so that a test can compute what must be heard: the length follows from the text
alone, and no two different texts of the same length sound alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Final

import numpy as np

from app.config.voice import TtsSettings
from app.events.voice import SpokenWord
from app.kernel.languages import code_of
from app.voice.audio.frames import Samples
from app.voice.tts.port import Sound, TtsCapabilities

RATE: Final = 16_000
MS_PER_CHARACTER: Final = 60
SILENCE_MS: Final = 40
"""Before the first word and after the last one, as real voices have it."""
LOUDNESS: Final = 0.3


class ScriptedTts:
    """60 ms a character, a tone for each word, 40 ms of silence around it all. Its language is the
    one that the name of the voice begins with."""

    name = "scripted"

    def __init__(self, settings: TtsSettings | None = None, models_dir: Path | None = None) -> None:
        del models_dir
        self._language = code_of(settings.voice if settings else "en")
        self.spoken: list[str] = []
        """Every text it was given, oldest first."""

    @property
    def capabilities(self) -> TtsCapabilities:
        return TtsCapabilities(rate=RATE, language=self._language, instant=True)

    def load(self) -> None: ...

    def synthesize(self, text: str, speed: float) -> Iterator[Sound]:
        self.spoken.append(text)
        if not any(character.isalnum() for character in text):
            return
        edge = np.zeros(_samples(SILENCE_MS, speed), np.float32)
        words = [_tone(word, speed) for word in text.split()]
        samples = np.concatenate([edge, *words, edge])
        ends = list(accumulate([len(word) for word in words], initial=len(edge)))
        spoken = tuple(map(SpokenWord, text.split(), ends, ends[1:]))
        yield Sound(samples, last=True, whole=samples.size, words=spoken)

    def close(self) -> None: ...


def _samples(ms: float, speed: float) -> int:
    return round(ms * RATE / 1000 / speed)


def _tone(word: str, speed: float) -> Samples:
    """A tone whose pitch follows from the letters, softly begun and ended."""
    pitch = 180 + sum(word.encode("utf-8", "replace")) % 240
    length = _samples(MS_PER_CHARACTER * len(word), speed)
    wave = LOUDNESS * np.sin(2 * np.pi * pitch * np.arange(length) / RATE)
    edge = min(length // 4, RATE // 200)
    if edge:
        ramp = np.linspace(0, 1, edge)
        wave[:edge] *= ramp
        wave[-edge:] *= ramp[::-1]
    return wave.astype(np.float32)
