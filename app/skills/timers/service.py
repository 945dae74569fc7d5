"""Keeps what people have set: on the disk first, then told; rings when it is due.

Owns the requests about timers. A timer is a row until it has rung its last; a row is marked as ringing
before anything is heard of it. So a Solo that dies at any moment has forgotten nothing when it is back:
what was due meanwhile is told as missed, and what it was just telling is told again, and said to be.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import anyio
import structlog
from anyio.abc import TaskGroup

from app.config.skills import SkillsSettings
from app.events import skills as events
from app.events.base import Answer, Event
from app.events.system import ReadyEvent
from app.events.voice import BargeInEvent, NoSpeechEvent, StopSpeakingEvent
from app.kernel.bus import Subscription
from app.kernel.errors import NotFound, SoloError
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.skills.replies import Replies, Set
from app.skills.timers.agenda import Agenda
from app.skills.timers.bell import Bell, Ring
from app.skills.timers.orders import made, shown
from app.skills.timers.store import Store
from app.skills.timers.timer import Timer
from app.skills.when import following, latest, to_local
from app.skills.zone import zone_of

log = structlog.get_logger("solo.timers")

WATCHED: tuple[type[Event], ...] = (StopSpeakingEvent, NoSpeechEvent, BargeInEvent, ReadyEvent)
LATE_SECONDS: Final = 0.5
"""What is later than this when Solo starts was missed."""
START_SECONDS: Final = 30.0
"""What was missed is told when Solo is ready, but not later than this."""


class TimersService:
    """See the module. rings: False for a single command: it sets and shows, and leaves the ringing to
    the Solo that comes after it. catches_up: False leaves what was missed to that Solo too."""

    def __init__(
        self,
        runtime: Runtime,
        settings: SkillsSettings,
        store: Store,
        replies: Replies,
        *,
        rings: bool = True,
        catches_up: bool = True,
    ) -> None:
        self._runtime = runtime
        self._clock = runtime.clock
        self._settings = settings
        self._store = store
        self._replies = replies
        self._rings = rings
        self._catches_up = catches_up
        self._zone = zone_of(settings.time_zone)
        self._bell = Bell(runtime, settings)
        self._agenda = Agenda(runtime.clock.now(), runtime.clock.elapsed())
        self._changed = asyncio.Event()

    async def run(self, ready: Ready) -> None:
        bus = self._runtime.bus
        with bus.subscribe(*WATCHED, name="timers") as facts:
            async with (
                anyio.create_task_group() as group,
                bus.serve(events.ListTimersEvent, self._list, name="timers"),
                bus.serve(events.SetTimerEvent, self._set, name="timers"),
                bus.serve(events.ExtendTimerEvent, self._extend, name="timers"),
                bus.serve(events.CancelTimersEvent, self._cancel, name="timers"),
                bus.serve(events.SnoozeEvent, self._snooze, name="timers"),
            ):
                up = asyncio.Event()
                if self._rings:
                    await self._load(group, up)
                    group.start_soon(self._watch, group, name="timers:watch")
                ready()
                await self._obey(facts, up)

    # -- at the start --------------------------------------------------------------------------

    async def _load(self, group: TaskGroup, up: asyncio.Event) -> None:
        now = self._clock.now()
        missed: list[Timer] = []
        for timer in await self._store.everything():
            if timer.rung is not None or timer.due <= now - timedelta(seconds=LATE_SECONDS):
                missed.append(timer)
            else:
                self._agenda.add(timer, inherited=True)
        if missed and self._catches_up:
            group.start_soon(self._catch_up, missed, group, up, name="timers:missed")

    async def _catch_up(self, missed: list[Timer], group: TaskGroup, up: asyncio.Event) -> None:
        """Tell what was missed, when there is somebody to tell it."""
        with anyio.move_on_after(START_SECONDS):
            await up.wait()
        for found in missed:
            now, timer = self._clock.now(), found
            if timer.days:
                timer = replace(timer, due=latest(timer.days, timer.at, timer.due, now, self._zone))
            again = timer.rung is not None
            minutes = (now - timer.due).total_seconds() / 60
            wakes = timer.kind == "alarm" and minutes < self._settings.missed_alarm_minutes
            rings = self._settings.alarm_rings if wakes else 1
            if await self._marked(timer, now):
                group.start_soon(self._ring, self._missed(timer, rings, again=again), name=f"ring:{timer.id}")

    def _missed(self, timer: Timer, rings: int, *, again: bool) -> Ring:
        return Ring(
            timer, "missed", lambda: self._replies.missed(self._spoken(timer), again=again), rings, again
        )

    # -- ringing -------------------------------------------------------------------------------

    async def _watch(self, group: TaskGroup) -> None:
        """Ring what is due, and notice when somebody sets the clock."""
        agenda, clock = self._agenda, self._clock
        while True:
            changed = self._changed
            await self._look()
            for timer in agenda.due(clock.now()):
                agenda.remove(timer.id)
                if await self._marked(timer, clock.now()):
                    group.start_soon(self._ring, self._due(timer), name=f"ring:{timer.id}")
            with anyio.move_on_after(agenda.pause(clock.now())):
                await changed.wait()

    async def _look(self) -> None:
        """Compare the clocks; to be done before a new time is reckoned from them, too: what is set after
        a jump must not be moved by it."""
        moved = self._agenda.look(self._clock.now(), self._clock.elapsed())
        if not moved:
            return
        log.info("clock_was_set", timers=len(moved))
        try:
            await self._store.move(moved)
        except SoloError as error:  # they ring in time all the same, if Solo lives that long
            log.error("timers_not_moved", code=error.code)

    async def _marked(self, timer: Timer, now: datetime) -> bool:
        """Write down that it rings. False when it was taken away meanwhile."""
        try:
            return await self._store.ringing(timer, now)
        except SoloError as error:  # better twice than never
            log.error("ring_not_written", timer=timer.id, code=error.code)
            return True

    def _due(self, timer: Timer) -> Ring:
        alarm = timer.kind == "alarm"
        rings = self._settings.alarm_rings if alarm else self._settings.timer_rings
        return Ring(timer, timer.kind, lambda: self._replies.rings(self._spoken(timer)), rings)

    async def _ring(self, ring: Ring) -> None:
        log.info("rings", timer=ring.timer.id, kind=ring.kind, again=ring.again)
        await self._bell.ring(ring)
        try:
            await self._over(ring.timer)
        except SoloError as error:
            log.error("ring_not_ended", timer=ring.timer.id, code=error.code)

    async def _over(self, timer: Timer) -> None:
        """It has rung: it is done with, or waits for its next time."""
        if not timer.days:
            await self._store.over(timer)
            return
        due = following(timer.days, timer.at, max(self._clock.now(), timer.due), self._zone)
        again = replace(timer, due=due, rung=None)
        await self._store.move([again])
        self._wait_for(again)

    def _wait_for(self, timer: Timer) -> None:
        self._agenda.add(timer)
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _obey(self, facts: Subscription[Event], up: asyncio.Event) -> None:
        async for fact in facts:
            match fact:
                case ReadyEvent():
                    up.set()
                case StopSpeakingEvent() | NoSpeechEvent(reason="cancelled") | BargeInEvent(reason="stop"):
                    self._bell.silence()
                case _:
                    pass

    # -- requests ------------------------------------------------------------------------------

    async def _list(self, asked: events.ListTimersEvent) -> AsyncGenerator[Answer, None]:
        yield self._answer(asked, await self._store.of(asked.owner))

    async def _set(self, asked: events.SetTimerEvent) -> AsyncGenerator[Answer, None]:
        others = await self._store.of(asked.owner)
        await self._look()
        timer = made(asked, self._clock.new_id(), self._clock.now(), self._zone, others=len(others))
        await self._store.add(timer)
        self._wait_for(timer)
        log.info("timer_set", timer=timer.id, kind=timer.kind)
        yield self._answer(asked, [timer])

    async def _extend(self, asked: events.ExtendTimerEvent) -> AsyncGenerator[Answer, None]:
        (timer,) = await self._mine(asked.owner, (asked.id,))
        await self._look()
        timer = self._agenda.get(timer.id) or timer
        now = self._clock.now()
        due = max(now + timedelta(seconds=1), max(now, timer.due) + timedelta(seconds=asked.seconds))
        if self._bell.rings(timer.id):  # another one, for this one is over
            later = replace(timer, id=self._clock.new_id(), due=due, rung=None)
            await self._store.add(later, instead=timer)
            self._bell.silence(timer.id)
        else:
            later = replace(timer, due=due)
            await self._store.move([later])
        self._wait_for(later)
        yield self._answer(asked, [later])

    async def _cancel(self, asked: events.CancelTimersEvent) -> AsyncGenerator[Answer, None]:
        timers = await self._mine(asked.owner, asked.ids)
        for timer in timers:
            self._agenda.remove(timer.id)
            await self._store.over(timer)
            self._bell.silence(timer.id)
        yield self._answer(asked, timers)

    async def _snooze(self, asked: events.SnoozeEvent) -> AsyncGenerator[Answer, None]:
        rang = self._bell.last(asked.owner)
        if rang is None:
            yield events.TimersEvent(owner=asked.owner, turn=asked.turn)
            return
        await self._look()
        seconds = asked.seconds or round(60 * self._settings.snooze_minutes)
        due = self._clock.now() + timedelta(seconds=seconds)
        later = Timer(self._clock.new_id(), rang.owner, rang.kind, rang.name, due, seconds)
        await self._store.add(later, instead=None if rang.days else rang)
        self._bell.silence(rang.id)
        self._wait_for(later)
        yield self._answer(asked, [later])

    async def _mine(self, owner: str, ids: tuple[str, ...]) -> list[Timer]:
        """The ones of these ids. Raises NotFound when one of them is not there."""
        known = {timer.id: timer for timer in await self._store.of(owner)}
        for key in ids:
            if key not in known:
                raise NotFound(f"There is no timer {key}.", hint="See what is set: solo timers list")
        return [known[key] for key in dict.fromkeys(ids)]

    def _answer(self, asked: Event, timers: list[Timer]) -> events.TimersEvent:
        now = self._clock.now()
        return events.TimersEvent(
            owner=asked.owner,
            turn=asked.turn,
            timers=tuple(shown(timer, now, ringing=self._bell.rings(timer.id)) for timer in timers),
            rang=self._bell.last(asked.owner) is not None,
        )

    def _spoken(self, timer: Timer) -> Set:
        now, due = (to_local(moment, self._zone) for moment in (self._clock.now(), timer.due))
        return Set(timer.kind, timer.name, due, now, timer.seconds, timer.days)
