"""How long a silence ends a turn: what the sound and the words say, put together.

A rule file: judgements in, samples out.  The ear asks again whenever it knows more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.voice.turn.phrases import Shape, shape

UNSURE: Final = 0.35
"""Below this probability the sound counts as the middle of a turn."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Silences in samples, each longer than the one before. brief: sound and words agree that all
    is said; usual: nothing speaks against it; doubtful: the sound speaks against it; long: the
    words do."""

    brief: int
    usual: int
    doubtful: int
    long: int


def wait_for(waits: Waits, probability: float | None, text: str | None) -> int:
    """The silence that ends this turn. probability: of the end, by the sound; None: not judged.
    text: what has been said; None: not known."""
    form = shape(text) if text else Shape.PLAIN
    doubted = probability is not None and probability < UNSURE
    if form is Shape.OPEN:
        return waits.long
    if form is Shape.LIST:
        return waits.doubtful
    if form is Shape.WHOLE:  # one judge is enough to let the usual silence do, both shorten it
        return waits.usual if doubted or probability is None else waits.brief
    if doubted and form is not Shape.SHORT:
        return waits.doubtful
    return waits.usual
