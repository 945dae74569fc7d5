"""Whisper's encoder, made to cost what the sound is long and not what the model's window is long.

Whisper was trained on 30 s of sound, padded with silence, and its encoder costs the same for every second
of the padding.  Without it the decoder misses the end and says things twice.  So only the sound and two
seconds behind it are encoded, and what the encoder makes of silence, once and for all, is put behind
that: the decoder finds the end where it looks for it.  What Whisper's features make of silence depends on
how loud the rest is, so there are three of it.

Decision 0025 has the measurements.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from app.voice.audio.frames import RATE, Samples

LONGEST: Final = 30.0
"""Seconds: the model's own window."""
MARGIN: Final = 2.0
"""Seconds of silence that are encoded with the sound …"""
LEAST: Final = 0.5
"""… or this much, where the window ends before."""
STEP: Final = 0.5
"""Windows are so many seconds apart."""
PER_SECOND: Final = 50
"""What the encoder makes of a second."""
EVERY: Final = 2
"""Of the stored silence every second position is enough."""
FEATURES_PER_SECOND: Final = 100
LEVELS: Final = (1.25, 0.5, -0.25)
"""Loudest features of recordings for which a silence is kept: of somebody near the microphone; 15 dB below
that; 30 dB. The latter two are made when they are needed."""
RANGE: Final = 2.0
"""Whisper's features end so far below the loudest one: that is silence."""

Encoded = npt.NDArray[np.float32]


def window_for(seconds: float) -> float | None:
    """The window that is encoded for that much sound; None when it has to be cut."""
    if seconds + LEAST > LONGEST:
        return None
    return min(LONGEST, math.ceil((seconds + MARGIN) / STEP) * STEP)


class Encoder:
    """Over a faster_whisper.WhisperModel; call it from one thread at a time.

    whole: always encode the whole window, as on a GPU, for which it is nothing.
    """

    def __init__(self, model: Any, *, whole: bool = False) -> None:
        self._model = model
        self._whole = whole
        self._silences: dict[float, Encoded] = {}

    def prepare(self) -> None:
        """Encode the silence that is needed most (half a second)."""
        if not self._whole:
            self._silence(LEVELS[0])

    def encode(self, audio: Samples, window: float = LONGEST) -> Any:
        """What the decoder takes; the sound has to fit into the window."""
        window = LONGEST if self._whole else window
        padded = np.zeros(round(window * RATE), np.float32)
        padded[: audio.size] = audio
        features = self._model.feature_extractor(padded, padding=0)
        encoded = self._run(features)
        if window == LONGEST:
            return encoded
        loudest = float(features.max())
        silence = self._silence(min(LEVELS, key=lambda level: abs(level - loudest)))
        behind = silence[:, round(window * PER_SECOND) :: EVERY]
        return _view(np.concatenate([np.array(encoded), behind], axis=1))

    def _silence(self, level: float) -> Encoded:
        if level not in self._silences:
            bands = self._model.feature_extractor.mel_filters.shape[0]
            features = np.full((bands, round(LONGEST * FEATURES_PER_SECOND)), level - RANGE, np.float32)
            self._silences[level] = np.array(self._run(features))
        return self._silences[level]

    def _run(self, features: Encoded) -> Any:
        return self._model.model.encode(_view(features[None]))


def _view(values: Encoded) -> Any:
    import ctranslate2

    return ctranslate2.StorageView.from_array(np.ascontiguousarray(values, np.float32))
