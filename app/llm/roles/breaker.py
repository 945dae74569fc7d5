"""When a model that fails is left alone for a while: a circuit breaker.  Pure: time is an argument.

closed     it is asked
open       it failed `FAILURES` times in a row, or said how long to wait: nobody asks until then
half open  the time is over: one asker tries; whoever comes meanwhile goes elsewhere
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

State: TypeAlias = Literal["closed", "open", "half_open"]

FAILURES = 3
FIRST_PAUSE = 10.0
LONGEST_PAUSE = 300.0
"""Seconds; each trial that fails doubles the pause."""
LONGEST_WISH = 24 * 3600.0
"""Seconds for which a model may ask to be left alone; some ask for eternity."""


@dataclass(slots=True)
class Breaker:
    """Of one model. Seconds, of any clock that only goes forward."""

    _failures: int = 0
    _pause: float = FIRST_PAUSE
    _until: float | None = None
    _trying: bool = False

    def state(self, now: float) -> State:
        """See the module."""
        if self._until is None:
            return "closed"
        return "open" if now < self._until or self._trying else "half_open"

    def ask(self, now: float) -> bool:
        """Whether it may be asked now; a yes while it is half open is the one trial."""
        state = self.state(now)
        if state == "half_open":
            self._trying = True
        return state != "open"

    def worked(self) -> None:
        """It answered: all is forgotten."""
        self._failures, self._pause, self._until, self._trying = 0, FIRST_PAUSE, None, False

    def left(self) -> None:
        """It was asked, and neither answered nor failed: the asker went away, or asked what is wrong
        everywhere."""
        self._trying = False

    def failed(self, now: float, after: float | None = None) -> None:
        """It failed. after: seconds for which it asked to be left alone."""
        self._failures += 1
        if self._until is not None:  # the trial failed
            self._pause = min(LONGEST_PAUSE, self._pause * 2)
        self._trying = False
        if after is not None:
            self._until = now + min(after, LONGEST_WISH)
        elif self._failures >= FAILURES:
            self._until = now + self._pause


@dataclass(slots=True)
class Breakers:
    """One for each model, made when it is first asked for."""

    _all: dict[str, Breaker] = field(default_factory=dict[str, Breaker])

    def of(self, target: str) -> Breaker:
        """The breaker of `provider:model`."""
        return self._all.setdefault(target, Breaker())

    def states(self, now: float) -> dict[str, State]:
        """Of each model that has failed lately."""
        found: dict[str, State] = {target: breaker.state(now) for target, breaker in self._all.items()}
        return {target: state for target, state in found.items() if state != "closed"}
