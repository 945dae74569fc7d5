"""What is to be heard next, given what has happened.

A rule file: it is fed what happened and the position of the microphone, and says what to lay where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.voice.audio.frames import RATE
from app.voice.evals.clips import Clip
from app.voice.evals.moments import Happened, Moment, Stretch, sample_of

FIRST = Moment("start", RATE, text="1 s")
"""When the first step begins unless it says so itself."""
PATIENCE = 12 * RATE
"""Quiet for so long and nothing due: what is still waited for does not come."""


@dataclass(frozen=True, slots=True, eq=False)
class Cue:
    """A step with its sound."""

    name: str
    at: Moment | None
    clip: Clip


class Director:
    """Lays every step when its moment is known. `the answer` in a step's moment is the first that
    began after the step before it did."""

    def __init__(self, cues: Sequence[Cue], happened: Happened, *, longest: int) -> None:
        self._cues = cues
        self._happened = happened
        self._longest = longest
        self._laid: dict[str, int] = {}
        self._quiet_since = 0
        self._last_end = 0

    def due(self, now: int) -> list[tuple[Cue, int]]:
        """Steps whose moment is known by now, and where they are to be heard."""
        found: list[tuple[Cue, int]] = []
        for number, cue in enumerate(self._cues):
            if cue.name in self._laid:
                continue
            before = self._cues[number - 1].name if number else None
            since = self._laid.get(before) if before is not None else 0
            if since is None and cue.at is not None and cue.at.anchor != "start":
                continue  # nothing can have followed on a step that was not heard
            at = sample_of(cue.at or FIRST, self._happened, since or 0)
            if at is not None:
                found.append((cue, max(at, now)))
                self._lay(cue, max(at, now))
        return found

    def _lay(self, cue: Cue, at: int) -> None:
        self._laid[cue.name] = at
        self._happened.steps[cue.name] = Stretch(at + cue.clip.begin, at + cue.clip.end)
        self._last_end = max(self._last_end, at + len(cue.clip.samples))

    def over(self, now: int, *, resting: bool) -> bool:
        """Nothing more will be heard. resting: Solo neither thinks nor talks."""
        if not resting or now < self._last_end:
            self._quiet_since = now
        if now >= self._longest:
            return True
        waiting = len(self._laid) < len(self._cues)
        return now >= self._last_end and (not waiting or now - self._quiet_since >= PATIENCE)

    def unheard(self) -> Mapping[str, str]:
        """Steps that were never heard, with the moment that never came."""
        return {cue.name: (cue.at or FIRST).text for cue in self._cues if cue.name not in self._laid}
