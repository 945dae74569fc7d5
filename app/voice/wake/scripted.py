"""A wake engine that hears what it is told: for tests and demonstrations without a model.

It fires at planned positions, or, without a plan, when a tone of 1 kHz has sounded for 320 ms.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.config.voice import WakeSettings
from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.wake.port import Detection
from app.voice.wake.words import plain, spoken

TONE_HZ = 1000
TONE_FRAMES = 10


class ScriptedWake:
    """plan: sample index (from the last reset) → word."""

    name = "scripted"
    slow = False

    def __init__(self, settings: WakeSettings | None = None, plan: Mapping[int, str] | None = None) -> None:
        self._words = tuple(plain(word) for word in (settings or WakeSettings()).words)
        self._plan = plan
        self._heard = 0
        self._in_a_row = 0
        wave = np.arange(FRAME) * (2 * np.pi * TONE_HZ / RATE)
        self._probe = (np.cos(wave) + 1j * np.sin(wave)) / FRAME

    @property
    def words(self) -> tuple[str, ...]:
        """As set."""
        return tuple(spoken(word) for word in self._words)

    def load(self) -> None:
        """Nothing to load."""

    def process(self, samples: Samples) -> Detection | None:
        """The planned word whose position lies in this frame, or the tone's."""
        start, self._heard = self._heard, self._heard + len(samples)
        if self._plan is not None:
            for at, word in self._plan.items():
                if start <= at < self._heard:
                    return Detection(word, 1.0)
            return None
        self._in_a_row = self._in_a_row + 1 if self._is_tone(samples) else 0
        return Detection(self._words[0], 1.0) if self._in_a_row == TONE_FRAMES else None

    def _is_tone(self, samples: Samples) -> bool:
        power = float(np.mean(samples * samples))
        # a pure tone of amplitude a has power a²/2 and a/2 in its own bin
        return power > 1e-4 and 2 * abs(complex(samples @ self._probe)) ** 2 > 0.7 * power

    def again(self, word: str, samples: Samples) -> bool | None:
        """A plan is believed; a tone has to be there once more."""
        if self._plan is not None:
            return None
        frames = samples[: len(samples) - len(samples) % FRAME].reshape(-1, FRAME)
        return sum(self._is_tone(frame) for frame in frames) >= TONE_FRAMES // 2

    def reset(self) -> None:
        """Begin the plan anew."""
        self._heard = self._in_a_row = 0

    def close(self) -> None:
        """Nothing to give back."""
