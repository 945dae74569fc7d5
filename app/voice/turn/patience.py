"""How long a silence ends a turn: what the sound and the words say, put together.

A rule file: judgements in, samples out.  The ear asks again whenever it knows more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.voice.turn.phrases import Shape, shape

SURE: Final = 0.7
"""From this probability the sound counts as the end of a turn."""
UNSURE: Final = 0.35
"""Below this it counts as the middle of one."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Silences in samples. brief: sound and words agree that all is said; usual: nothing speaks
    against it; long: there is more to come."""

    brief: int
    usual: int
    long: int


def wait_for(waits: Waits, probability: float | None, text: str | None) -> int:
    """The silence that ends this turn. probability: of the end, by the sound; None: not judged.
    text: what has been said; None: not known (yet)."""
    form = shape(text) if text else Shape.PLAIN
    if form is Shape.OPEN:
        return waits.long
    if form is Shape.WHOLE and (probability is None or probability >= UNSURE):
        return waits.brief if probability is not None else waits.usual
    if probability is not None and probability < UNSURE:
        return waits.long
    return waits.usual
