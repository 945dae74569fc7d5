"""The door in front of a local engine: the schedule, with tasks that wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from itertools import count

from app.llm.port import Generation, TooLate
from app.llm.scheduler.rules import Ask, Schedule
from app.llm.scheduler.slots import Slots


class Place:
    """One request's place: in line, then in a slot. slot: which, once it is in; called_off: it has to
    give way: stop at once, come to rest, and `again`."""

    def __init__(self, door: Door, ask: Ask) -> None:
        self._door = door
        self.ask = ask
        self.slot: int | None = None
        self.called_off = False
        self._late = False
        self._position: int | None = None
        self._news = asyncio.Event()
        self._stop: Callable[[], None] | None = None
        self._until: asyncio.Future[None] | None = None

    async def wait(self) -> AsyncGenerator[int, None]:
        """How many go first, each time that changes; ends in a slot. Raises TooLate."""
        told: int | None = None
        while self.slot is None:
            if self._late:
                raise TooLate(
                    "The language model had others to answer first, and then it was too late.",
                    hint="Ask again, or allow more time.",
                )
            if self._position != told and self._position is not None:
                told = self._position
                yield told
                continue
            self._news.clear()
            await self._news.wait()

    def runs(self, until: asyncio.Future[None], stop: Callable[[], None]) -> None:
        """The slot is busy until this is done, whatever becomes of the asker; `stop` ends it early."""
        self._until, self._stop = until, stop
        until.add_done_callback(lambda _: self._door.rest(self))
        if self.called_off:
            stop()

    def leave(self) -> None:
        """The asker is gone, or has its answer."""
        if self.slot is None or self._until is None:
            self._door.rest(self)

    def again(self) -> None:
        """It gave way and has come to rest: back in line."""
        self.called_off = False
        self._position = self._until = self._stop = None
        self._door.take(self)

    # -- for the door ----------------------------------------------------------------------------

    def enter(self, slot: int) -> None:
        self.slot = slot
        self._news.set()

    def moved(self, position: int) -> None:
        if position != self._position:
            self._position = position
            self._news.set()

    def miss(self) -> None:
        self._late = True
        self._news.set()

    def give_way(self) -> None:
        self.called_off = True
        if self._stop is not None:
            self._stop()


class Door:
    """Lets in as many as there are slots, in the order of the rules."""

    def __init__(self, slots: int) -> None:
        self._schedule = Schedule(Slots(slots))
        self._places: dict[int, Place] = {}
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None

    def come(self, request: Generation) -> Place:
        """Take a place in line; it may be in a slot at once."""
        deadline = None if request.deadline is None else self._now() + request.deadline
        ask = Ask(next(self._numbers), request.priority, request.owner, request.dialogue, deadline)
        place = Place(self, ask)
        self.take(place)
        return place

    @property
    def busy(self) -> int:
        """How many generations run."""
        return self._schedule.busy

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        return self._schedule.waiting

    def take(self, place: Place) -> None:
        """Put it in line."""
        self._places[place.ask.number] = place
        self._schedule.come(place.ask, self._now())
        self._settle()

    def rest(self, place: Place) -> None:
        """It waits no more, or its slot has come to rest; idempotent."""
        if self._places.pop(place.ask.number, None) is None:
            return
        place.slot = None
        self._schedule.leave(place.ask.number, self._now())
        self._settle()

    def _settle(self) -> None:
        now = self._now()
        for number in self._schedule.late(now):
            self._schedule.leave(number, now)
            self._places.pop(number).miss()
        decision = self._schedule.decide(now)
        for number, slot in decision.starts:
            self._places[number].enter(slot)
        for number in decision.give_way:
            self._places[number].give_way()
        if self._schedule.waiting:
            for position, number in enumerate(self._schedule.line(now)):
                self._places[number].moved(position)
        self._set_timer(now)

    def _set_timer(self, now: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if (moment := self._schedule.next_change(now)) is not None:
            self._timer = asyncio.get_running_loop().call_at(moment, self._settle)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
