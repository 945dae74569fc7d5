"""Whether the next model of a chain may be asked after one has failed.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.errors import (
    BadInput,
    BadSettings,
    BrokenFile,
    Forbidden,
    MissingExtra,
    NoMemory,
    NotFound,
    RateLimited,
    SoloError,
    TransientError,
    Unsupported,
)
from app.llm.port import TooLate

ELSEWHERE = (TransientError, Forbidden, NotFound, BadSettings, MissingExtra, BrokenFile, Unsupported)
"""What another model may do better: nobody there, too slow, no key, a model that is not there, does not
fit or lacks an ability.  A request that is wrong is wrong everywhere, and a mistake of ours is to be seen."""

SICK = (TransientError, Forbidden)
"""What speaks against the model for the next asker too, whatever they ask."""

MUTE = 5.0
"""Seconds without a word, and without a place in a line, after which an asker who leaves because their
time is up speaks against the model: else it would let one asker after the other wait in vain."""

PATIENCE = 10.0
"""Seconds that a model may ask to be waited for when nobody else of its chain has answered."""


def goes_on(error: SoloError) -> bool:
    """The next may be asked, provided that nothing was said yet."""
    return isinstance(error, ELSEWHERE) and not isinstance(error, BadInput | TooLate)


def counts_against(error: SoloError, mute: float = 0.0) -> bool:
    """The model is to be left alone for a while when this happens again and again. One that did not fit
    costs nothing to try anew, and may fit by then. mute: seconds for which nothing was heard of it."""
    if isinstance(error, TooLate):
        return mute >= MUTE
    return isinstance(error, SICK) and not isinstance(error, NoMemory)


@dataclass(frozen=True, slots=True)
class Again:
    """Whom to ask once more, after so many seconds."""

    target: str
    after: float


def soonest(failed: Mapping[str, SoloError], left: float | None) -> Again | None:
    """Of a chain that has failed, who asked for the shortest pause; None: nobody is worth waiting for.

    left: seconds that the asker still has; None: as long as it takes.
    """
    pauses = [
        Again(target, error.after)
        for target, error in failed.items()
        if isinstance(error, RateLimited) and error.after is not None and error.after <= PATIENCE
    ]
    in_time = [again for again in pauses if left is None or again.after < left]
    return min(in_time, key=lambda again: again.after, default=None)
