"""Echo cancellation by a Kalman filter in the frequency domain; NumPy, no other library.

The way from loudspeaker to microphone is taken for a long filter, cut into partitions of one block
each, whose every frequency is a state that wanders a little.  The filter learns fast where it is
unsure and little is said over the echo, and hardly at all while a person speaks over it; so it
needs no double-talk detector, and what is not echo passes unchanged.

G. Enzner, P. Vary: Frequency-domain adaptive Kalman filter for acoustic echo control in hands-free
telephones, Signal Processing 86 (2006); partitions after F. Kuech, E. Mabande, G. Enzner, ICASSP 2014.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.voice.audio.frames import FRAME, Samples

Spectra: TypeAlias = NDArray[np.complex64]
Row = TypeVar("Row", bound=np.generic)

BLOCK: Final = 256
PARTITIONS: Final = 16
"""256 ms."""
STAYS: Final = 0.9998
"""How little the room changes from block to block (16 ms)."""
FIRST_GUESS: Final = 0.1
"""Uncertainty of each frequency before anything was heard: an echo 10 dB below what is played."""
EAGER: Final = 190
"""Blocks with something to learn (3 s) in which every block is gone through twice."""
AUDIBLE: Final = 1e-6
"""Mean power of a block that teaches something: -60 dBFS."""
LOST: Final = 40
"""Blocks (0.64 s) that are louder than before they were cleaned: begin anew."""
WORSE: Final = 1.3
TAKEN_SHARE: Final = 0.25
"""Of the power of those, so much must have been taken for echo."""
SMOOTH: Final = 0.9
"""Share of the last blocks in the estimate of what is not echo."""
FLOOR: Final = 1e-7 * BLOCK
"""Power per frequency of a very quiet room: nobody can cancel below it."""
SILENT: Final = 1e-12


class KalmanEcho:
    """See the module."""

    def __init__(self) -> None:
        self.name = "kalman"
        self.tail = BLOCK * PARTITIONS
        self.left: float | None = None
        self.reset()

    def load(self) -> None:
        """Nothing to load."""

    def reset(self) -> None:
        """A room that was never heard."""
        bins = BLOCK + 1
        self._played: Samples = np.zeros(2 * BLOCK, np.float32)
        self._spectra: Spectra = np.zeros((PARTITIONS, bins), np.complex64)
        self._room: Spectra = np.zeros((PARTITIONS, bins), np.complex64)
        self._doubt: Samples = np.full((PARTITIONS, bins), FIRST_GUESS / PARTITIONS, np.float32)
        self._rest: Samples = np.zeros(bins, np.float32)
        self._learnt = 0
        self._unsure = 0.0
        """Energy that what is left of the echo in the last block may have."""
        self._heard: deque[float] = deque(maxlen=LOST)
        self._cleaned: deque[float] = deque(maxlen=LOST)
        self._taken: deque[float] = deque(maxlen=LOST)

    def process(self, heard: Samples, played: Samples) -> Samples:
        """Two blocks."""
        clean, unsure = np.empty_like(heard), 0.0
        for at in range(0, FRAME, BLOCK):
            clean[at : at + BLOCK] = self._block(heard[at : at + BLOCK], played[at : at + BLOCK])
            unsure += self._unsure
        self.left = 10 * math.log10(unsure / FRAME + SILENT)
        return clean

    def moved(self, samples: int) -> None:
        """What is known of the room moves with it."""
        by = max(-PARTITIONS, min(PARTITIONS, samples // BLOCK))
        before = np.fft.irfft(self._spectra[min(by, PARTITIONS - 1)]) if by > 0 else np.zeros(2 * BLOCK)
        self._played[BLOCK:] = before[BLOCK:]
        self._room = _rolled(self._room, by, 0)
        self._doubt = _rolled(self._doubt, by, FIRST_GUESS / PARTITIONS)
        self._spectra = _rolled(self._spectra, by, 0)

    def close(self) -> None:
        """Nothing to give back."""

    # -- inside ----------------------------------------------------------------------------------

    def _block(self, heard: Samples, played: Samples) -> Samples:
        spectra = self._shift(played)
        if self._is_lost(heard, self._echo(spectra)):
            self._forget()
        for _ in range(self._rounds(played)):
            self._learn(spectra, heard - self._echo(spectra))
        return heard - self._echo(spectra)

    def _is_lost(self, heard: Samples, echo: Samples) -> bool:
        """What was learnt makes it worse: the way is another one than it was."""
        clean = heard - echo
        for sums, line in ((self._heard, heard), (self._cleaned, clean), (self._taken, echo)):
            sums.append(float(np.dot(line, line)))
        whole, taken = sum(self._heard), sum(self._taken)
        if (
            self._learnt < EAGER
            or len(self._heard) < LOST
            or taken < max(TAKEN_SHARE * whole, AUDIBLE * BLOCK * LOST)
        ):
            return False
        return sum(self._cleaned) > WORSE * whole

    def _forget(self) -> None:
        self._room[:] = 0
        self._doubt[:] = FIRST_GUESS / PARTITIONS
        self._learnt = 0
        for sums in (self._heard, self._cleaned, self._taken):
            sums.clear()

    def _rounds(self, played: Samples) -> int:
        if self._learnt >= EAGER or float(np.dot(played, played)) < AUDIBLE * BLOCK:
            return 1
        self._learnt += 1
        return 2

    def _echo(self, spectra: Spectra) -> Samples:
        """What of the last block is echo, by what is known of the room now."""
        return np.fft.irfft((spectra * self._room).sum(0))[BLOCK:].astype(np.float32)

    def _shift(self, played: Samples) -> Spectra:
        self._played[:BLOCK] = self._played[BLOCK:]
        self._played[BLOCK:] = played
        self._spectra[1:] = self._spectra[:-1]
        self._spectra[0] = np.fft.rfft(self._played)
        return self._spectra

    def _learn(self, spectra: Spectra, clean: Samples) -> None:
        error = np.fft.rfft(np.concatenate((np.zeros(BLOCK, np.float32), clean)))
        power = spectra.real**2 + spectra.imag**2
        self._rest += np.float32(1 - SMOOTH) * (error.real**2 + error.imag**2 - self._rest)
        unsure = 0.5 * (power * self._doubt).sum(0)
        self._unsure = (2 * float(unsure.sum()) - float(unsure[0] + unsure[-1])) / (2 * BLOCK)
        expected = unsure + self._rest + FLOOR
        gain = self._doubt / expected
        step = np.fft.irfft(gain * spectra.conj() * error, axis=1)
        step[:, BLOCK:] = 0
        self._room += np.fft.rfft(step, axis=1)
        known = self._room.real**2 + self._room.imag**2
        self._doubt = STAYS**2 * (1 - 0.5 * gain * power) * self._doubt + (1 - STAYS**2) * known


def _rolled(rows: NDArray[Row], by: int, fill: float) -> NDArray[Row]:
    """Rows moved towards the first; what comes in behind is `fill`."""
    made = np.roll(rows, -by, axis=0)
    made[len(rows) - by if by > 0 else 0 : len(rows) if by > 0 else -by] = fill
    return made
