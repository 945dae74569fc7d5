"""Voice activity where Solo's own voice was taken out of what is heard.

A rule file.  What is left is quiet, and for seconds there is nothing in it, and both make Silero slow: of
people 10 dB below the echo it found one of ten only after more than 300 ms.  So a quiet frame is lifted,
always by the same amount unless it would become too loud, and while nothing rises above what may be left of
the echo the detector is now and then made to forget, so that it is fresh when somebody begins to speak.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from app.voice.audio.frames import Samples
from app.voice.audio.level import SILENCE_DBFS
from app.voice.audio.port import VoiceActivity

LIFT_DB: Final = 16.0
LOUDEST_DBFS: Final = -20.0
"""No frame is lifted above this: voices that are cut off at full scale are found late, or not at all."""
RISES_DB: Final = 0.1
"""Per frame (3 dB a second): after a loud voice the lift comes back slowly."""
STANDS_OUT_DB: Final = 4.0
FRESH: Final = 30
"""Frames (a second) of nothing after which it forgets."""


class OverEcho:
    """See the module. One per microphone; the detector is loaded and reset by whoever owns it."""

    def __init__(self, vad: VoiceActivity) -> None:
        self._vad = vad
        self._lift = LIFT_DB
        self._nothing = FRESH

    def score(self, samples: Samples, loudness: float, echo: float) -> float:
        """Probability of speech in a frame so loud (dBFS). echo: how loud what is left of Solo's voice may
        be; -120: nothing was taken out, and the frame is scored as it is."""
        if echo <= SILENCE_DBFS:
            self._lift, self._nothing = LIFT_DB, FRESH
            return self._vad.score(samples)
        self._nothing = self._nothing + 1 if loudness < echo + STANDS_OUT_DB else 0
        if self._nothing >= FRESH:
            self._vad.reset()
            self._nothing = 0
        self._lift = max(0.0, min(LIFT_DB, self._lift + RISES_DB, LOUDEST_DBFS - loudness))
        return self._vad.score(np.clip(samples * np.float32(10 ** (self._lift / 20)), -1.0, 1.0))
