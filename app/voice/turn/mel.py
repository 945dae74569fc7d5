"""The features that Smart Turn sees: Whisper's 80 log-mel bands of the last eight seconds.

A rule file: samples in, an array out.  As in Whisper (https://github.com/openai/whisper): windows
of 25 ms every 10 ms, Slaney's mel scale, the logarithm of base 10 cut off 8 below its highest.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from app.voice.audio.frames import RATE, Samples

SECONDS: Final = 8
BANDS: Final = 80
WINDOW: Final = 400
HOP: Final = 160
FRAMES: Final = SECONDS * RATE // HOP


def features(audio: Samples) -> NDArray[np.float32]:
    """(80, 800) from mono audio at 16 kHz; what is longer than eight seconds loses its beginning,
    what is shorter gets silence before it."""
    wanted = SECONDS * RATE
    last = audio[-wanted:]
    whole = np.concatenate((np.zeros(wanted - len(last), np.float32), last))
    whole = (whole - whole.mean()) / np.sqrt(whole.var() + 1e-7)
    padded = np.pad(whole, WINDOW // 2, mode="reflect")
    windows = sliding_window_view(padded, WINDOW)[::HOP][:FRAMES] * _hann()
    power = np.abs(np.fft.rfft(windows, axis=1)).astype(np.float32) ** 2
    log_mel = np.log10(np.maximum(_filters() @ power.T, 1e-10))
    log_mel = np.maximum(log_mel, log_mel.max() - 8.0)
    return ((log_mel + 4.0) / 4.0).astype(np.float32)


@cache
def _hann() -> NDArray[np.float32]:
    return np.hanning(WINDOW + 1)[:-1].astype(np.float32)


@cache
def _filters() -> NDArray[np.float32]:
    """(80, 201): triangles of equal area, evenly spaced on Slaney's scale up to 8 kHz."""
    bins = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    edges = _hertz(np.linspace(0.0, _mel(RATE / 2), BANDS + 2))
    rising = (bins[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * (2.0 / (edges[2:] - edges[:-2]))).T.astype(np.float32)


def _mel(hertz: float) -> float:
    return (
        15.0 + 27.0 * float(np.log(hertz / 1000.0) / np.log(6.4)) if hertz >= 1000.0 else hertz * 3.0 / 200.0
    )


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel >= 15.0, 1000.0 * np.exp(np.log(6.4) / 27.0 * (mel - 15.0)), mel * 200.0 / 3.0)
