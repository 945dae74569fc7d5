"""microWakeWord (https://github.com/kahrendt/microWakeWord, Apache-2.0) by pymicro-wakeword.

Its models see 10 ms of features at a time and average their last probabilities; each brings the
threshold that its makers recommend.  A model of one's own is its .json file, beside the .tflite
file that it names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pymicro_wakeword
from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures

from app.config.voice import WakeSettings
from app.kernel.errors import BrokenFile, NotFound
from app.media.wavwriter import to_int16
from app.voice.audio.frames import RATE, Samples
from app.voice.wake.port import Detection
from app.voice.wake.words import Chosen, choose, spoken

MODELS = Path(pymicro_wakeword.__file__).parent / "models"


class MicroWakeWordEngine:
    """0.2 % of a core for each word."""

    name = "microwakeword"
    slow = False

    def __init__(self, settings: WakeSettings) -> None:
        self._chosen = choose(settings, [path.stem for path in MODELS.glob("*.json")], (".json",))
        self._features: Any = None
        self._models: list[tuple[str, float, Any]] = []

    @property
    def words(self) -> tuple[str, ...]:
        """As set."""
        return tuple(spoken(chosen.word) for chosen in self._chosen)

    def load(self) -> None:
        """Read the models. Raises BrokenFile, NotFound."""
        self._features = MicroWakeWordFeatures()
        self._models = [_load(chosen) for chosen in self._chosen]

    def process(self, samples: Samples) -> Detection | None:
        """The strongest word above its threshold."""
        best: Detection | None = None
        for features in self._windows(samples):
            for word, threshold, model in self._models:
                score = model.process_streaming_prob(features)
                if score is not None and score > threshold and (best is None or score > best.score):
                    best = Detection(word, float(score))
        return best

    def _windows(self, samples: Samples) -> Iterator[Any]:
        yield from self._features.process_streaming(to_int16(samples).tobytes())

    def again(self, word: str, samples: Samples) -> bool | None:
        """By a model of its own, after half a second of silence."""
        chosen = next((chosen for chosen in self._chosen if chosen.word == word), None)
        if chosen is None:
            return None
        _, threshold, model = _load(chosen)
        try:
            padded = np.concatenate((np.zeros(RATE // 2, np.float32), samples))
            windows = MicroWakeWordFeatures().process_streaming(to_int16(padded).tobytes())
            return any((model.process_streaming_prob(window) or 0.0) > threshold for window in windows)
        finally:
            model.close()

    def reset(self) -> None:
        """Forget what was heard."""
        self._features.reset()
        for _, _, model in self._models:
            model.reset()

    def close(self) -> None:
        """Free the models."""
        for _, _, model in self._models:
            model.close()
        self._models = []


def _load(chosen: Chosen) -> tuple[str, float, Any]:
    path = chosen.path or MODELS / f"{chosen.word}.json"
    try:
        named = path.parent / str(json.loads(path.read_text("utf-8"))["model"])
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenFile(f"{path} does not describe a microWakeWord model.") from error
    if not named.is_file():
        raise NotFound(f"The wake word {path.name} names a model that is not there: {named}.")
    if named.read_bytes()[4:8] != b"TFL3":
        raise BrokenFile(f"{named} is not a TensorFlow Lite model.")
    try:
        model = MicroWakeWord.from_config(path)
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        raise BrokenFile(f"The wake word model {path.name} cannot be used: {error}.") from error
    threshold = model.probability_cutoff if chosen.threshold is None else chosen.threshold
    return chosen.word, threshold, model
