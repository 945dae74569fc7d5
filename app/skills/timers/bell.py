"""Ringing: a sound and a sentence, again and again, until somebody has had enough of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import anyio
import structlog

from app.config.skills import SkillsSettings
from app.events.skills import AnnouncedEvent, AnnounceEvent, AnnouncementEvent
from app.kernel.errors import SoloError, TurnCancelled
from app.kernel.runtime import Runtime
from app.skills.timers.timer import Timer

log = structlog.get_logger("solo.timers")

REMEMBERED_SECONDS: Final = 600.0
"""So long what has rung can still be put off."""

Chime = Literal["timer", "alarm", "reminder", "missed"]


@dataclass(frozen=True, slots=True)
class Ring:
    """text: what is said, asked for at every ring, since time goes on. rings: how often at most."""

    timer: Timer
    kind: Chime
    text: Callable[[], str]
    rings: int
    again: bool = False


class Bell:
    """One for each run of the service."""

    def __init__(self, runtime: Runtime, settings: SkillsSettings) -> None:
        self._bus = runtime.bus
        self._clock = runtime.clock
        self._pause = settings.repeat_seconds
        self._ringing: dict[str, tuple[Timer, anyio.CancelScope]] = {}
        self._last: tuple[Timer, float] | None = None

    async def ring(self, ring: Ring) -> None:
        """Returns when it has rung often enough, or was silenced."""
        timer = ring.timer
        with anyio.CancelScope() as scope:
            self._ringing[timer.id] = (timer, scope)
            try:
                self._bus.publish(
                    AnnouncementEvent(
                        owner=timer.owner,
                        kind=ring.kind,
                        id=timer.id,
                        text=ring.text(),
                        name=timer.name,
                        due_at=timer.due.isoformat(),
                        again=ring.again,
                    )
                )
                await self._sound(ring)
            finally:
                self._ringing.pop(timer.id, None)
                self._last = (timer, self._clock.elapsed())

    async def _sound(self, ring: Ring) -> None:
        for number in range(ring.rings):
            if self._bus.owner_of(AnnounceEvent) is None:
                return  # nobody can be heard here; the fact is on the screen
            if number:
                await self._clock.sleep(self._pause)
            if await self._heard(ring) and ring.timer.kind != "alarm":
                return

    async def _heard(self, ring: Ring) -> bool:
        """Ring once. True when a person interrupted it, who then knows."""
        request = AnnounceEvent(
            owner=ring.timer.owner, turn=self._clock.new_id(), text=ring.text(), chime=ring.kind
        )
        try:
            return (await self._bus.request(request, AnnouncedEvent)).stopped
        except TurnCancelled:
            return True
        except SoloError as error:
            log.warning("not_heard", timer=ring.timer.id, code=error.code, error=str(error))
            return False

    def silence(self, key: str | None = None) -> bool:
        """Stop ringing (that one, or all); was there anything to stop?"""
        found = [scope for timer, scope in self._ringing.values() if key in (None, timer.id)]
        for scope in found:
            scope.cancel()
        return bool(found)

    def rings(self, key: str) -> bool:
        """Does it ring now?"""
        return key in self._ringing

    def last(self, owner: str) -> Timer | None:
        """What rings for this person, or did a moment ago."""
        for timer, _ in self._ringing.values():
            if timer.owner == owner:
                return timer
        if self._last is None or self._last[0].owner != owner:
            return None
        timer, at = self._last
        return timer if self._clock.elapsed() - at < REMEMBERED_SECONDS else None
