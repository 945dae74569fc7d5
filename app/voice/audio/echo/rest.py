"""How loud what is left of an echo may be.

A rule file: fed with the levels of each frame.  A canceller that says itself how much it may have left
(its account) is believed from its first moments on, and for as long as a room goes on ringing; what was
louder in the last seconds than it said is added: a room that rings for longer than the filter is long, a
loudspeaker that distorts.  Of any other the attenuation of the last seconds is all that is known.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

from app.voice.audio.echo.report import WEAK_DB
from app.voice.audio.level import SILENCE_DBFS

LOOKED_BACK: Final = 94
"""Frames with an echo (three seconds) from which the attenuation is known."""
ENOUGH: Final = 16
"""Frames with an echo that make a first judgement."""
ALLOWED: Final = 0.25
"""So large a share of them may be worse: somebody may have spoken over it."""
CREDIBLE_DB: Final = 30.0
"""More attenuation is not counted upon."""
ECHO_SHARE_DB: Final = 6.0
"""A frame in which the echo is quieter than all else by more says nothing of the attenuation."""
LOUD_DB: Final = 12.0
"""Nor does one whose echo is so much quieter than the loudest: there the room is louder than the rest."""
LOUDEST_FADES_DB: Final = 0.03
"""Per frame: a decibel a second."""
WORSE_FRAMES: Final = 3
"""So many frames on end that are louder cleaned than heard: the echo comes another way than before."""
SUSPECT_DB: Final = 6.0
"""What is so much louder than what should be left is perhaps a person, and not counted,"""
SUSPECTED_MOST: Final = 62
"""but for no more than two seconds on end: then the echo has changed."""
HELD: Final = 5
"""Frames (160 ms) for which an account holds: what rings beyond the end of the filter comes later."""
YOUNG_DB: Final = 6.0
"""More than its account a canceller may leave while it begins to learn; ever less in three seconds."""
UNKNOWN_MOST: Final = 31
"""Frames (a second) of the first sound in which all that is heard may be echo, if none is found in it."""
ROOM_RISES_DB: Final = 0.03
"""Per frame (a decibel a second): how fast the room may become louder."""


class Rest:
    """See the module. One per microphone."""

    def __init__(self) -> None:
        self._loudest = SILENCE_DBFS
        self._suspected = self._worse = self._poor = 0
        self._gains: deque[float] = deque(maxlen=LOOKED_BACK)
        self._above: deque[float] = deque(maxlen=LOOKED_BACK)
        """Decibels by which more was left than should have been."""
        self._accounts: deque[float] = deque(maxlen=HELD)
        self._room: float | None = None
        self._unknown = 0

    @property
    def attenuation(self) -> float | None:
        """Of Solo's voice, dB; None while that is not known."""
        if len(self._gains) < ENOUGH:
            return None
        return sorted(self._gains)[int(len(self._gains) * ALLOWED)]

    @property
    def weak(self) -> bool:
        """There is an echo, and hardly anything of it can be taken away."""
        return self._poor >= LOOKED_BACK

    def hear(self, heard: float, echo: float, left: float, account: float | None) -> float:
        """A frame as it came, what was taken out of it, what is left, and what the canceller thinks that
        the echo has left; dBFS. Returns how loud the echo's part in what is left may be, -120 while
        that is not known."""
        should = self._should(echo, left, account)
        self._measure(heard, echo, left, should)
        if account is not None and len(self._gains) < ENOUGH and self._unknown < UNKNOWN_MOST:
            self._unknown += 1
            return max(heard, left)
        return self._may(should)

    # -- inside ----------------------------------------------------------------------------------

    def _should(self, echo: float, left: float, account: float | None) -> float:
        """How loud it is if all is as it should be."""
        if account is None:
            gain = self.attenuation or 0.0
            return echo - max(0.0, min(CREDIBLE_DB, gain))
        self._accounts.append(account)
        self._room = left if self._room is None else min(left, self._room + ROOM_RISES_DB)
        both = 10 ** (max(self._accounts) / 10) + 10 ** (self._room / 10)
        return max(10 * math.log10(both), echo - CREDIBLE_DB)

    def _may(self, should: float) -> float:
        if len(self._gains) < ENOUGH:
            return SILENCE_DBFS
        return max(SILENCE_DBFS, should + self._more())

    def _more(self) -> float:
        """What is to be added to an account."""
        if not self._above:
            return 0.0
        seen = max(0.0, sorted(self._above)[int((len(self._above) - 1) * (1 - ALLOWED))])
        return seen + YOUNG_DB * (1 - len(self._above) / LOOKED_BACK)

    def _measure(self, heard: float, echo: float, left: float, should: float) -> None:
        """How much quieter the echo has become, as far as this frame can tell."""
        self._loudest = max(echo, self._loudest - LOUDEST_FADES_DB)
        if echo < max(heard - ECHO_SHARE_DB, self._loudest - LOUD_DB):
            return
        self._worse = self._worse + 1 if left > heard else 0
        if self._worse >= WORSE_FRAMES:
            self._begin_anew(heard - should)
        expected = self._may(should)
        if SILENCE_DBFS < expected < left - SUSPECT_DB and self._suspected < SUSPECTED_MOST:
            self._suspected += 1
            return
        if left <= expected + SUSPECT_DB:
            self._suspected = 0
        self._gains.append(heard - left)
        if self._accounts:
            self._above.append(left - should)
        self._poor = self._poor + 1 if (self.attenuation or 0.0) < WEAK_DB else 0

    def _begin_anew(self, above: float) -> None:
        self._gains.clear()
        self._gains.extend([0.0] * ENOUGH)
        if self._accounts:
            self._above.clear()
            self._above.extend([above] * ENOUGH)
