"""Noise suppressors and gains to be compared; none of them is part of Solo but `gain`.

rnnoise  pip install pyrnnoise            (48 kHz, a recurrent network)
webrtc   pip install webrtc-noise-gain    (the suppressor of a browser; Linux wheels only)
wiener   here: what the quietest tenth of each band of the last seconds holds is taken out
"""

from __future__ import annotations

from collections.abc import Callable
from ctypes import POINTER, c_float, c_void_p
from importlib import import_module
from typing import Any

import numpy as np
import soxr

from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.audio.gain import Gain

Suppress = Callable[[Samples], Samples]
"""A whole recording in, as long a one out."""
FLOAT_POINTER = POINTER(c_float)


def nothing(heard: Samples) -> Samples:
    return heard


def rnnoise(heard: Samples) -> Samples:
    library: Any = import_module("pyrnnoise.rnnoise").lib
    library.rnnoise_process_frame.argtypes = [c_void_p, FLOAT_POINTER, FLOAT_POINTER]
    state, size = library.rnnoise_create(None), int(library.rnnoise_get_frame_size())
    wide = soxr.resample(heard, RATE, 48_000).astype(np.float32) * 32768
    wide = np.concatenate((wide, np.zeros(2 * size - len(wide) % size, np.float32)))
    out = np.zeros(size, np.float32)
    made: list[Samples] = []
    for at in range(0, len(wide), size):
        frame = np.ascontiguousarray(wide[at : at + size])
        library.rnnoise_process_frame(
            state, out.ctypes.data_as(FLOAT_POINTER), frame.ctypes.data_as(FLOAT_POINTER)
        )
        made.append(out.copy())
    library.rnnoise_destroy(state)
    clean = np.concatenate(made)[size:] / 32768  # it is one frame late
    return _as_long(soxr.resample(clean, 48_000, RATE).astype(np.float32), len(heard))


def webrtc(level: int, gain: int = 0) -> Suppress:
    """level: 1 to 4, how hard; gain: dBFS below full scale that its automatic gain aims at, 0: none."""

    def suppress(heard: Samples) -> Samples:
        processor: Any = import_module("webrtc_noise_gain").AudioProcessor(gain, level)
        padded = np.concatenate((heard, np.zeros(-len(heard) % 160, np.float32)))
        raw = (np.clip(padded, -1, 1) * 32767).astype("<i2")
        parts = [processor.Process10ms(raw[at : at + 160].tobytes()).audio for at in range(0, len(raw), 160)]
        return _as_long(np.frombuffer(b"".join(parts), "<i2").astype(np.float32) / 32768, len(heard))

    return suppress


def wiener(heard: Samples, floor: float = 0.15) -> Samples:
    """The classical way: spectral gain from the running minimum of each band; mild."""
    size, step = 512, 256
    window = np.sqrt(np.hanning(size + 1)[:-1])
    padded = np.concatenate((np.zeros(size), heard, np.zeros(2 * size)))
    frames = np.stack([padded[at : at + size] * window for at in range(0, len(padded) - size, step)])
    spectrum = np.fft.rfft(frames)
    power = np.abs(spectrum) ** 2
    smooth = np.array([power[max(0, k - 3) : k + 4].mean(0) for k in range(len(power))])
    noise = 1.5 * np.quantile(smooth, 0.1, axis=0)
    gain = np.maximum(1 - noise / np.maximum(smooth, 1e-12), floor)
    clean = np.fft.irfft(spectrum * gain) * window
    line = np.zeros(len(padded))
    for number, frame in enumerate(clean):
        line[number * step : number * step + size] += frame
    return line[size : size + len(heard)].astype(np.float32)


def lifted(heard: Samples) -> Samples:
    """Solo's own slow gain, which has heard the same before, as it would have in a room."""
    gain = Gain(30.0)
    padded = np.concatenate((heard, np.zeros(-len(heard) % FRAME, np.float32)))
    for _ in range(2):
        parts = [gain.process(padded[at : at + FRAME])[0] for at in range(0, len(padded), FRAME)]
    return _as_long(np.concatenate(parts), len(heard))


def _as_long(sound: Samples, length: int) -> Samples:
    return np.concatenate((sound[:length], np.zeros(max(0, length - len(sound)), np.float32)))


SUPPRESSORS: dict[str, Suppress] = {
    "none": nothing,
    "lift": lifted,
    "wiener": wiener,
    "rnnoise": rnnoise,
    "webrtc 1": webrtc(1),
    "webrtc 2": webrtc(2),
    "webrtc 4": webrtc(4),
}
