"""How the cancelling of echo stands, in words.

A rule file.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

State: TypeAlias = Literal["off", "idle", "cancelling", "degraded"]

SPEED_LEAST: Final = 0.9
DRIFT_MOST: Final = 300.0
"""Parts in a million; sound cards are within 100."""
JUMPS_MOST: Final = 3
"""In a minute."""
MINUTE: Final = 1875
"""Frames."""
WEAK_DB: Final = 3.0
MISSING: Final = 16
"""Frames (half a second) without the reference."""
AGAIN: Final = 94
"""Frames (three seconds) for which a trouble is told after it was last seen."""


@dataclass(frozen=True, slots=True)
class EchoReport:
    """attenuation_db: of Solo's voice; delay_ms: from loudspeaker to microphone; None: not known
    (yet). reason: why it is degraded, in a sentence."""

    engine: str
    state: State
    reason: str = ""
    attenuation_db: float | None = None
    delay_ms: float | None = None


class Watch:
    """Told once a frame how things are; remembers what is wrong."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._frame = 0
        self._missing = 0
        self._slow = False
        self._jumps: deque[int] = deque()
        self._jumped = 0
        self._trouble = ""
        self._seen_at = -AGAIN

    def frame(self, *, speed: float, drift: float, jumps: int, missing: bool) -> None:
        """speed: samples of the microphone for each that should have come; drift: parts in a million
        between the two clocks; jumps: how often the loudspeaker was not where it should have been,
        so far; missing: Solo is heard, and what is heard is not known."""
        self._frame += 1
        self._missing = self._missing + 1 if missing else 0
        if jumps > self._jumped:
            self._jumps.extend([self._frame] * (jumps - self._jumped))
            self._jumped = jumps
        while self._jumps and self._jumps[0] < self._frame - MINUTE:
            self._jumps.popleft()
        self._note(self._wrong(speed, drift))

    def broke(self) -> None:
        """The canceller gave what is no sound."""
        self._note("The echo canceller lost its way and began anew.")

    @property
    def reliable(self) -> bool:
        """What was played can be set against what is heard."""
        return self._missing < MISSING and not self._slow

    def report(
        self, *, active: bool, delay_ms: float | None, attenuation_db: float | None, weak: bool
    ) -> EchoReport:
        """weak: there is an echo, and hardly anything of it can be taken away."""
        if self._engine == "none":
            return EchoReport("none", "off")
        told = self._trouble if self._frame - self._seen_at < AGAIN else ""
        if weak and not told:
            told = "Hardly anything of Solo's own voice can be taken out of what the microphone hears."
        state: State = "degraded" if told else "cancelling" if active else "idle"
        return EchoReport(self._engine, state, told, attenuation_db, delay_ms)

    # -- inside ----------------------------------------------------------------------------------

    def _wrong(self, speed: float, drift: float) -> str:
        self._slow = not SPEED_LEAST <= speed <= 2 - SPEED_LEAST
        if self._slow:
            return f"The microphone gives {100 * speed:.0f} % of the sound that it should."
        if self._missing >= MISSING:
            return "What the loudspeaker plays cannot be followed."
        if len(self._jumps) > JUMPS_MOST:
            return "The loudspeaker stutters: what it plays comes at other times than it says."
        if abs(drift) > DRIFT_MOST:
            # In hundreds: the figure creeps, and each other one would be told and logged as news.
            about = round(abs(drift) / 100) * 100
            return f"The clocks of microphone and loudspeaker drift apart (by about {about} ppm)."
        return ""

    def _note(self, trouble: str) -> None:
        if trouble:
            self._trouble, self._seen_at = trouble, self._frame
