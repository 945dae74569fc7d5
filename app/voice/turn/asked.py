"""Did Solo just ask something?

A rule file.  What comes then is probably an answer: short ones are whole, and long ones take thought.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.voice.audio.frames import RATE

FADES: Final = 30 * RATE
"""Samples after which nobody answers any more."""
_BEHIND: Final = " \t\n\"')*\u201d\u2019"


@dataclass(frozen=True, slots=True)
class LastWord:
    """What Solo said last, and up to which sample."""

    text: str = ""
    until: int = 0

    def asks(self, now: int) -> bool:
        """Somebody who begins to speak now may be answering."""
        return is_question(self.text) and now - self.until < FADES


def is_question(text: str) -> bool:
    """It ends with one."""
    return text.rstrip(_BEHIND).endswith(("?", "\uff1f", "\u037e", "\u061f"))
