"""Lifts a microphone that is too quiet: slowly, within limits, and never a room in which nobody speaks.

A rule file: frames in, frames out.  How loud people come is learnt from frames that stand out of the
room; the factor follows over seconds, so that within a word nothing swells.  It is never below one: what
was too loud for the microphone is broken already.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from app.voice.audio.frames import FRAME, RATE, Samples
from app.voice.audio.level import SILENCE_DBFS, dbfs

WANTED_DBFS: Final = -26.0
"""How loud speech shall be."""
ROOM_MOST_DBFS: Final = -48.0
"""The room is never lifted above this: it would be heard as something."""
STANDS_OUT_DB: Final = 15.0
"""So far above the room is somebody, or something, that counts."""
SECONDS: Final = FRAME / RATE
ROOM_RISES_DB: Final = 1.0 * SECONDS
"""Per frame: a fan that is switched on is the room after a while."""
LEARNS: Final = 0.02
"""Share of a frame in what is known of the loudness: a second and a half of speech turns it."""
ENOUGH: Final = 10
"""Frames that stand out before anything is lifted."""
RISES_DB: Final = 8.0 * SECONDS
FALLS_DB: Final = 40.0 * SECONDS
PEAK: Final = 0.9
"""No sample is lifted above this."""


class Gain:
    """See the module. most_db: the largest lift; 0: none."""

    def __init__(self, most_db: float) -> None:
        self._most = most_db
        self._room: float | None = None
        self._loud = SILENCE_DBFS
        self._heard = 0
        self._db = 0.0

    @property
    def db(self) -> float:
        """By how much it lifts now."""
        return self._db

    def process(self, samples: Samples, *, learn: bool = True) -> tuple[Samples, float]:
        """The next frame, lifted, and by how many dB at its end. learn: False while it may hold sound
        that says nothing of people, such as Solo's own voice."""
        if not self._most:
            return samples, 0.0
        level = dbfs(samples)
        if learn and level > SILENCE_DBFS:  # zeros come from a device that is muted or starts
            self._learn(level)
        before, self._db = self._db, self._next()
        self._db = min(self._db, self._room_for(samples))
        if before == self._db == 0.0:
            return samples, 0.0
        first, last = 10 ** (min(before, self._db) / 20), 10 ** (self._db / 20)
        ramp = np.linspace(first, last, len(samples), dtype=np.float32)
        return samples * ramp, self._db

    def _learn(self, level: float) -> None:
        room = level if self._room is None else min(level, self._room + ROOM_RISES_DB)
        self._room = room
        if level < room + STANDS_OUT_DB:
            return
        self._heard += 1
        self._loud += max(LEARNS, 1 / self._heard) * (level - self._loud)

    def _next(self) -> float:
        """One step towards what is wanted."""
        if self._room is None or self._heard < ENOUGH:
            return self._db
        wanted = min(WANTED_DBFS - self._loud, ROOM_MOST_DBFS - self._room, self._most)
        return max(0.0, min(self._db + RISES_DB, max(wanted, self._db - FALLS_DB)))

    def _room_for(self, samples: Samples) -> float:
        """The most that leaves the loudest sample whole."""
        peak = float(np.abs(samples).max(initial=0.0))
        return 1000.0 if peak <= 0 else max(0.0, 20 * float(np.log10(PEAK / peak)))
