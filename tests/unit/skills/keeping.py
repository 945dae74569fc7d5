"""Timers in memory, for tests on virtual time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import anyio

from app.config.skills import SkillsSettings
from app.events.base import Answer
from app.events.skills import AnnouncedEvent, AnnounceEvent, AnnouncementEvent, SetTimerEvent, TimersEvent
from app.kernel.errors import NoSpace
from app.kernel.runtime import Runtime
from app.skills.english.replies import EnglishReplies
from app.skills.timers.service import TimersService
from app.skills.timers.timer import Timer


@dataclass
class Shelf:
    """A store that forgets nothing while the test runs; `full`: it takes nothing more."""

    rows: dict[str, Timer] = field(default_factory=dict)
    full: bool = False

    def _room(self) -> None:
        if self.full:
            raise NoSpace

    async def everything(self) -> list[Timer]:
        return sorted(self.rows.values(), key=lambda timer: timer.due)

    async def of(self, owner: str) -> list[Timer]:
        return [timer for timer in await self.everything() if timer.owner == owner]

    async def add(self, timer: Timer, *, instead: Timer | None = None) -> None:
        self._room()
        if instead is not None:
            self.rows.pop(instead.id, None)
        self.rows[timer.id] = timer

    async def move(self, timers: Sequence[Timer]) -> None:
        self._room()
        for timer in timers:
            if timer.id in self.rows:
                self.rows[timer.id] = replace(timer, rung=None)

    async def ringing(self, timer: Timer, at: datetime) -> bool:
        self._room()
        if timer.id not in self.rows:
            return False
        self.rows[timer.id] = replace(self.rows[timer.id], rung=at)
        return True

    async def over(self, timer: Timer) -> None:
        self._room()
        self.rows.pop(timer.id, None)


@dataclass
class Keeping:
    """A running service of timers and what was heard of it."""

    runtime: Runtime
    shelf: Shelf
    heard: list[tuple[float, AnnouncementEvent]] = field(default_factory=list)

    async def set(self, **what: Any) -> str:
        return (await self.runtime.bus.request(SetTimerEvent(**what), TimersEvent)).timers[0].id

    async def ask(self, request: Any) -> TimersEvent:
        return await self.runtime.bus.request(request, TimersEvent)

    @property
    def told(self) -> list[str]:
        return [f"{event.kind} {event.name}".strip() for _, event in self.heard]

    def now(self) -> float:
        return self.runtime.clock.monotonic()


@asynccontextmanager
async def keeping(
    runtime: Runtime, shelf: Shelf | None = None, *, rings: bool = True, **settings: Any
) -> AsyncIterator[Keeping]:
    """The service runs while the context is open; leaving is as good as a kill."""
    made = Keeping(runtime, shelf if shelf is not None else Shelf())
    chosen = SkillsSettings(time_zone="Europe/Berlin", **settings)
    service = TimersService(runtime, chosen, made.shelf, EnglishReplies(), rings=rings)

    async def listen() -> None:
        with runtime.bus.subscribe(AnnouncementEvent, name="test") as facts:
            async for envelope in facts.envelopes():
                made.heard.append((envelope.at, envelope.event))  # type: ignore[arg-type]

    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(listen)
        group.start_soon(service.run, ready.set)
        await ready.wait()
        try:
            yield made
        finally:
            group.cancel_scope.cancel()


@asynccontextmanager
async def mouth(
    runtime: Runtime, seconds: float = 1.0, *, stopped: bool = False
) -> AsyncIterator[list[AnnounceEvent]]:
    """Somebody who announces; what it was asked for. stopped: and is interrupted each time."""
    rang: list[AnnounceEvent] = []

    async def announce(asked: AnnounceEvent) -> AsyncGenerator[Answer, None]:
        rang.append(asked)
        await anyio.sleep(seconds)
        yield AnnouncedEvent(heard_ms=seconds * 1000, stopped=stopped)

    async with runtime.bus.serve(AnnounceEvent, announce, name="mouth"):
        yield rang
