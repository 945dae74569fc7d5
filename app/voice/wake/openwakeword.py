"""openWakeWord (https://github.com/dscripka/openWakeWord) by pyopen-wakeword.

The library is Apache-2.0; its wake word models are CC BY-NC-SA 4.0, not for commercial use.  It
works in steps of 80 ms, each some milliseconds long, so it is called in a thread.  A model of
one's own is a .tflite file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyopen_wakeword
from pyopen_wakeword import OpenWakeWord, OpenWakeWordFeatures

from app.config.voice import WakeSettings
from app.kernel.errors import BrokenFile
from app.media.wavwriter import to_int16
from app.voice.audio.frames import Samples
from app.voice.wake.port import Detection
from app.voice.wake.words import Chosen, choose, spoken

MODELS = Path(pyopen_wakeword.__file__).parent / "models"
NOT_WORDS = {"embedding_model", "melspectrogram"}
THRESHOLD = 0.5
"""What its makers recommend for every word."""
STEP = 1280
"""Samples that it wants at a time."""


class OpenWakeWordEngine:
    """About 8 % of a core, whatever the number of words."""

    name = "openwakeword"
    slow = True

    def __init__(self, settings: WakeSettings) -> None:
        known = [path.stem for path in MODELS.glob("*.tflite") if path.stem not in NOT_WORDS]
        self._chosen = choose(settings, known, (".tflite",))
        self._ear: _Ear | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """As set."""
        return tuple(spoken(chosen.word) for chosen in self._chosen)

    def load(self) -> None:
        """Read the models. Raises BrokenFile."""
        self._ear = _Ear(self._chosen)

    def process(self, samples: Samples) -> Detection | None:
        """The strongest word above its threshold; it looks every 80 ms."""
        return self._ear.process(samples) if self._ear else None

    def again(self, word: str, samples: Samples) -> bool | None:
        """By models of its own."""
        chosen = [chosen for chosen in self._chosen if chosen.word == word]
        if not chosen:
            return None
        ear = _Ear(chosen)
        try:
            steps = range(0, len(samples), STEP)
            return any(ear.process(samples[at : at + STEP]) is not None for at in steps)
        finally:
            ear.close()

    def reset(self) -> None:
        """Forget what was heard."""
        if self._ear:
            self._ear.reset()

    def close(self) -> None:
        """Free the models."""
        if self._ear:
            self._ear.close()
            self._ear = None


class _Ear:
    """The shared features and a model for each word."""

    def __init__(self, chosen: list[Chosen]) -> None:
        self._features: Any = OpenWakeWordFeatures.from_builtin()
        self._models = [_load(one) for one in chosen]
        self._rest: Samples = np.zeros(0, np.float32)

    def process(self, samples: Samples) -> Detection | None:
        self._rest = np.concatenate((self._rest, samples))
        best: Detection | None = None
        while len(self._rest) >= STEP:
            step, self._rest = self._rest[:STEP], self._rest[STEP:]
            for embedding in self._features.process_streaming(to_int16(step).tobytes()):
                best = self._strongest(embedding, best)
        return best

    def _strongest(self, embedding: Any, best: Detection | None) -> Detection | None:
        for word, threshold, model in self._models:
            for score in model.process_streaming(embedding):
                if score > threshold and (best is None or score > best.score):
                    best = Detection(word, float(score))
        return best

    def reset(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._features.reset()
        for _, _, model in self._models:
            model.reset()

    def close(self) -> None:
        self._features.close()
        for _, _, model in self._models:
            model.close()


def _load(chosen: Chosen) -> tuple[str, float, Any]:
    path = chosen.path or MODELS / f"{chosen.word}.tflite"
    with path.open("rb") as file:
        if file.read(8)[4:8] != b"TFL3":
            raise BrokenFile(f"{path} is not a TensorFlow Lite model.")
    try:
        model = OpenWakeWord.from_model(path)
    except (ValueError, RuntimeError, IndexError) as error:
        raise BrokenFile(f"The wake word model {path.name} cannot be used: {error}.") from error
    return chosen.word, THRESHOLD if chosen.threshold is None else chosen.threshold, model
