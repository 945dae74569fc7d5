"""Echo cancellers to be compared: those of Solo, and two that may be installed for it.

speex    pip install pyaec
webrtc   BENCH_WEBRTC=module: any that has WebRTC's AudioProcessingModule (AEC3) and an AudioFrame
"""

from __future__ import annotations

import os
from collections.abc import Callable
from ctypes import POINTER, c_int16
from importlib import import_module
from typing import Any

import numpy as np

from app.config.voice import EchoSettings
from app.voice.audio.echo.engines import build
from app.voice.audio.echo.port import EchoCanceller
from app.voice.audio.frames import FRAME, RATE, Samples


def canceller(name: str) -> EchoCanceller:
    """By name, loaded."""
    made = OTHERS[name]() if name in OTHERS else build(EchoSettings(engine=name))
    made.load()
    return made


def as_int16(samples: Samples) -> np.ndarray[Any, Any]:
    return (np.clip(samples, -1, 1) * 32767).astype(np.int16)


def as_float(samples: np.ndarray[Any, Any]) -> Samples:
    return np.asarray(samples / 32768, np.float32)


class _Other:
    """What the port wants and these do not need."""

    name = "other"
    tail = FRAME * 8
    left: float | None = None

    def load(self) -> None: ...

    def moved(self, samples: int) -> None: ...

    def reset(self) -> None: ...

    def close(self) -> None: ...


class Webrtc(_Other):
    """10 ms at a time, so frames come out 8 ms late."""

    name = "webrtc"
    late = 128

    def __init__(self) -> None:
        module = import_module(os.environ["BENCH_WEBRTC"])
        self._frame: Any = module.AudioFrame
        self._apm: Any = module.AudioProcessingModule(echo_cancellation=True)
        self._heard: Samples = np.zeros(0, np.float32)
        self._played: Samples = np.zeros(0, np.float32)
        self._ready: Samples = np.zeros(self.late, np.float32)

    def process(self, heard: Samples, played: Samples) -> Samples:
        self._heard = np.concatenate((self._heard, heard))
        self._played = np.concatenate((self._played, played))
        step = RATE // 100
        while len(self._heard) >= step:
            self._apm.process_reverse_stream(self._framed(self._played[:step]))
            frame = self._framed(self._heard[:step])
            self._apm.set_stream_delay_ms(0)
            self._apm.process_stream(frame)
            self._ready = np.concatenate((self._ready, as_float(np.frombuffer(bytes(frame.data), np.int16))))
            self._heard, self._played = self._heard[step:], self._played[step:]
        made, self._ready = self._ready[:FRAME], self._ready[FRAME:]
        return made

    def _framed(self, samples: Samples) -> Any:
        return self._frame(bytearray(as_int16(samples).tobytes()), RATE, 1, len(samples))


class Speex(_Other):
    """16 ms at a time, with its suppressor."""

    name = "speex"
    late = 0

    def __init__(self) -> None:
        pyaec = import_module("pyaec")
        self._library: Any = pyaec.lib
        self._aec: Any = pyaec.Aec(FRAME // 2, FRAME * 8, RATE, True)

    def process(self, heard: Samples, played: Samples) -> Samples:
        made = np.zeros(FRAME, np.int16)
        whole, half = as_int16(heard), FRAME // 2
        reference = as_int16(played)
        for at in (0, half):
            parts = [part[at : at + half] for part in (whole, reference, made)]
            pointers = [part.ctypes.data_as(POINTER(c_int16)) for part in parts]
            self._library.AecCancelEcho(self._aec._aec, *pointers, half)
        return as_float(made)


OTHERS: dict[str, Callable[[], EchoCanceller]] = {"webrtc": Webrtc, "speex": Speex}
