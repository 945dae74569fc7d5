"""What is learnt of a person's pauses: how long they are silent in the middle of what they say.

A rule file: pauses in, a factor out.  Breaths between words say nothing, and after a pause that is too
long it is not the same turn; both are left out.  Only pauses that were waited for, or after which an
answer could be taken back, are seen at all, so nobody's waits shrink far by what was learnt.
"""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

BREATH_MS: Final = 250.0
LONGEST_MS: Final = 2000.0
SHARE: Final = 0.15
"""Weight of the newest pause in the moving average …"""
TYPICAL_MS: Final = 550.0
"""… which stands at this for somebody who is waited for as long as the settings say."""
CONVINCING: Final = 8
"""From so many pauses on the average counts in full."""
LEAST: Final = 0.85
MOST: Final = 1.4


class Pauses(BaseModel):
    """What is known of one person. average_ms: exponential moving average; count: pauses in it."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    average_ms: float = Field(default=TYPICAL_MS, ge=BREATH_MS, le=LONGEST_MS)
    count: int = Field(default=0, ge=0, le=1_000_000)

    def after(self, pause_ms: float) -> Pauses:
        """With one more pause, if it says anything."""
        if not BREATH_MS <= pause_ms <= LONGEST_MS:
            return self
        average = self.average_ms + SHARE * (pause_ms - self.average_ms)
        return Pauses(average_ms=average, count=min(self.count + 1, 1_000_000))

    @property
    def stretch(self) -> float:
        """By what the waits that may be learnt are multiplied."""
        weight = min(1.0, self.count / CONVINCING)
        return min(MOST, max(LEAST, 1.0 + weight * (self.average_ms / TYPICAL_MS - 1.0)))
