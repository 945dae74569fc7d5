"""The encoder, over a model that notes what it is given."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.voice.audio.frames import RATE, Samples
from app.voice.stt.encoder import EVERY, LEVELS, PER_SECOND, RANGE, Encoder, window_for

ONE = np.ones(2 * RATE, np.float32)


class Whisper:
    """Encodes features to their loudest one, fifty positions a second; loud: the features of sound."""

    def __init__(self, loud: float = 1.3) -> None:
        self.model = self
        self.loud = loud
        self.encoded: list[tuple[int, float]] = []
        self.feature_extractor: Any = Extractor(self)

    def encode(self, view: Any) -> Samples:
        features = np.array(view)
        frames, loudest = features.shape[2], float(features.max())
        self.encoded.append((frames, loudest))
        return np.full((1, frames // 2, 4), loudest, np.float32)


class Extractor:
    def __init__(self, whisper: Whisper) -> None:
        self.mel_filters = np.zeros((80, 201), np.float32)
        self._whisper = whisper

    def __call__(self, padded: Samples, padding: int) -> Samples:
        assert padding == 0
        return np.full((80, padded.size // 160), self._whisper.loud, np.float32)


@pytest.fixture(autouse=True)
def views(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        __import__("sys").modules,
        "ctranslate2",
        SimpleNamespace(StorageView=SimpleNamespace(from_array=lambda values: values)),
    )


@pytest.mark.parametrize(
    ("seconds", "window"),
    [(0.1, 2.5), (0.5, 2.5), (2.0, 4.0), (2.1, 4.5), (9.6, 12.0), (28.5, 30.0), (29.5, 30.0), (29.6, None)],
)
def test_the_window_holds_the_sound_and_two_seconds_as_far_as_there_is_room(
    seconds: float, window: float | None
) -> None:
    assert window_for(seconds) == window


def test_behind_the_sound_comes_stored_silence_up_to_half_a_minute() -> None:
    whisper = Whisper()
    encoder = Encoder(whisper)
    encoder.prepare()
    made = np.array(encoder.encode(ONE, 4.0))
    assert whisper.encoded[-1][0] == 400
    assert made.shape[1] == 4 * PER_SECOND + 26 * PER_SECOND // EVERY
    assert made[0, 0, 0] == np.float32(1.3)
    assert made[0, -1, 0] == np.float32(LEVELS[0] - RANGE)


def test_silence_is_encoded_once() -> None:
    whisper = Whisper()
    encoder = Encoder(whisper)
    encoder.prepare()
    for _ in range(3):
        encoder.encode(ONE, 4.0)
    assert [frames for frames, _ in whisper.encoded] == [3000, 400, 400, 400]


@pytest.mark.parametrize(("loud", "level"), [(1.4, LEVELS[0]), (0.6, LEVELS[1]), (-1.5, LEVELS[2])])
def test_the_silence_is_as_loud_as_that_of_the_recording(loud: float, level: float) -> None:
    made = np.array(Encoder(Whisper(loud)).encode(ONE, 4.0))
    assert made[0, -1, 0] == np.float32(level - RANGE)


def test_the_whole_window_needs_no_silence() -> None:
    whisper = Whisper()
    made = np.array(Encoder(whisper).encode(ONE))
    assert made.shape[1] == 30 * PER_SECOND
    assert len(whisper.encoded) == 1


def test_on_a_gpu_the_whole_window_is_encoded() -> None:
    whisper = Whisper()
    encoder = Encoder(whisper, whole=True)
    encoder.prepare()
    assert np.array(encoder.encode(ONE, 4.0)).shape[1] == 30 * PER_SECOND
    assert len(whisper.encoded) == 1
