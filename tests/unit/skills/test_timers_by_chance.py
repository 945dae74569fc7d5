"""Whatever happens, in whatever order: timers set, clocks set, processes killed, on virtual time."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import anyio
import pytest

from app.events.skills import AnnouncementEvent
from app.kernel.runtime import Runtime
from tests.unit.skills.keeping import Keeping, Shelf, keeping
from tests.virtual import EPOCH, VirtualClock

pytestmark = pytest.mark.anyio


@dataclass
class Lives:
    """One timer service after the other on the same shelf, and what was set and told.

    passed: when each countdown should ring, in time that passes; shown: when each alarm should, by the
    wall clock; touched: what lived through a kill.
    """

    runtime: Runtime
    clock: VirtualClock
    chance: random.Random
    shelf: Shelf = field(default_factory=Shelf)
    told: list[tuple[float, AnnouncementEvent]] = field(default_factory=list)
    passed: dict[str, float] = field(default_factory=dict)
    shown: dict[str, datetime] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    jumps: list[float] = field(default_factory=list)

    async def live(self, actions: int) -> None:
        async with keeping(self.runtime, self.shelf) as timers:
            for _ in range(actions):
                await self._act(timers)
        self.told += timers.heard
        self.touched |= set(self.shelf.rows)

    async def _act(self, timers: Keeping) -> None:
        what = self.chance.random()
        if what < 0.35:
            seconds = self.chance.randint(1, 90)
            self.passed[await timers.set(seconds=seconds)] = self.clock.elapsed() + seconds
        elif what < 0.6:
            due = self.clock.now() + timedelta(seconds=self.chance.uniform(1, 90))
            self.shown[await timers.set(kind="alarm", due_at=due.isoformat())] = due
        elif what < 0.7:
            await anyio.sleep(0.6)  # one look at the clocks
            self.clock.set_by += self.chance.choice([-3600, -20, -5, 5, 20, 3600])
            self.jumps.append(self.clock.elapsed())
            await anyio.sleep(0.6)
        else:
            await anyio.sleep(self.chance.uniform(0, 30))


@pytest.mark.parametrize("seed", range(6))
async def test_none_is_lost_none_is_told_twice_and_none_is_late(
    runtime: Runtime, clock: VirtualClock, seed: int
) -> None:
    lives = Lives(runtime, clock, random.Random(seed))
    for _ in range(lives.chance.randint(1, 5)):
        await lives.live(lives.chance.randint(1, 15))
        await anyio.sleep(lives.chance.uniform(0, 20))
    async with keeping(runtime, lives.shelf) as timers:
        left = [(row.due - clock.now()).total_seconds() for row in lives.shelf.rows.values()]
        await anyio.sleep(max(left, default=0.0) + 200)
    lives.told += timers.heard

    every = {*lives.passed, *lives.shown}
    first = Counter(event.id for _, event in lives.told if not event.again)
    assert {event.id for _, event in lives.told} == every, "lost"
    assert not {key: count for key, count in first.items() if count > 1}, "twice"
    assert not lives.shelf.rows
    for at, event in lives.told:
        if event.id in lives.touched:
            continue
        if event.id in lives.passed:
            assert abs(at - lives.passed[event.id]) <= 1.0, "a countdown early or late"
        elif not lives.jumps:
            wall = EPOCH + timedelta(seconds=at)
            assert 0 <= (wall - lives.shown[event.id]).total_seconds() <= 1.0, "an alarm early or late"
