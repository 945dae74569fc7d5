"""From the loudspeaker back into the microphone: an echo made on purpose, for tests and talks with files.

A rule file.  The path is a delay and a loss, and, if wanted, a room that rings: an impulse response
of decaying noise behind the direct sound.  Its energy is one before the loss, so `gain_db` is what
the echo of a voice loses, room or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.voice.audio.frames import RATE, Samples, samples_of
from app.voice.audio.resample import Resampler

DIRECT_SHARE: Final = 0.5
"""Of the energy that arrives in a room, so much comes straight from the loudspeaker."""
DECAY: Final = 60.0
"""Decibels by which a room has faded after its reverberation time."""


@dataclass(frozen=True, slots=True)
class EchoShape:
    """delay_ms: from loudspeaker to microphone; gain_db: of what is heard against what is played;
    room_ms: reverberation time (fading by 60 dB), 0 for one clean echo; seed: which room."""

    delay_ms: float = 80.0
    gain_db: float = -12.0
    room_ms: float = 0.0
    seed: int = 0


def response(shape: EchoShape) -> Samples:
    """The impulse response behind the delay, at 16 kHz."""
    if not shape.room_ms:
        sound = np.ones(1)
    else:
        count = max(2, samples_of(shape.room_ms))
        fading = 10 ** (-DECAY / 20 * np.arange(1, count) / count)
        ringing = np.random.default_rng(shape.seed).standard_normal(count - 1) * fading
        ringing *= np.sqrt((1 - DIRECT_SHARE) / np.sum(ringing**2))
        sound = np.concatenate(([np.sqrt(DIRECT_SHARE)], ringing))
    return (sound * 10 ** (shape.gain_db / 20)).astype(np.float32)


class EchoPath:
    """Sound at 16 kHz in, its echo out: as many samples, later and quieter."""

    def __init__(self, shape: EchoShape) -> None:
        self._response = response(shape)
        self._past: Samples = np.zeros(len(self._response) - 1, np.float32)
        self._underway: Samples = np.zeros(samples_of(shape.delay_ms), np.float32)

    def process(self, played: Samples) -> Samples:
        """What comes back while this is played."""
        echo = np.concatenate((self._underway, self._ring(played)))
        self._underway = echo[len(played) :]
        return echo[: len(played)]

    def _ring(self, played: Samples) -> Samples:
        if len(self._response) == 1:
            return played * self._response[0]
        sound = np.concatenate((self._past, played))
        self._past = sound[len(played) :]
        size = 1 << (len(sound) + len(self._response) - 1).bit_length()
        spectrum = np.fft.rfft(sound, size) * np.fft.rfft(self._response, size)
        valid = slice(len(self._response) - 1, len(sound))
        return np.fft.irfft(spectrum, size)[valid].astype(np.float32)


class Feedback:
    """A microphone that hears the loudspeaker, both on one line of time. rate: the loudspeaker's.

    Where converting the rate takes longer than the delay, the echo is that much later.
    """

    def __init__(self, shape: EchoShape, rate: int = RATE) -> None:
        self._converter = Resampler(rate, RATE)
        self._path = EchoPath(EchoShape(0.0, shape.gain_db, shape.room_ms, shape.seed))
        self._coming: Samples = np.zeros(samples_of(shape.delay_ms), np.float32)

    def played(self, samples: Samples) -> None:
        """The loudspeaker played this, behind what it played before, pauses included."""
        echo = self._path.process(self._converter.process(samples))
        self._coming = np.concatenate((self._coming, echo))

    def mix(self, heard: Samples) -> Samples:
        """What the microphone hears of the person, with the echo of the same moment in it."""
        missing = len(heard) - len(self._coming)
        if missing > 0:
            self._coming = np.concatenate((np.zeros(missing, np.float32), self._coming))
        echo, self._coming = self._coming[: len(heard)], self._coming[len(heard) :]
        return np.clip(heard + echo, -1.0, 1.0).astype(np.float32, copy=False)
