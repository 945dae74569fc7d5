"""Somebody sets the clock, again and again, also across the days on which it changes by itself: timers
of one life on virtual time, and what became of them."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import anyio

from app.kernel.runtime import Runtime
from tests.unit.skills.keeping import Keeping, keeping
from tests.virtual import EPOCH, VirtualClock

ZONE: Final = ZoneInfo("Europe/Berlin")
CHANGES: Final = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
"""When summer time begins and ends there."""
JUMPS: Final = (-86_400, -3600, -600, -20, -3, 3, 20, 600, 3600, 86_400)
LATE: Final = 1.0


@dataclass
class Setting:
    """One life. first: how the clock was set at its beginning; jumps: when somebody set it and how; late:
    seconds between what should have been told and what was; wrong: what should not have been, in words."""

    clock: VirtualClock
    chance: random.Random
    first: float
    jumps: list[tuple[float, float]] = field(default_factory=list)
    countdowns: dict[str, float] = field(default_factory=dict)
    alarms: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    daily: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    late: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    async def live(self, timers: Keeping, actions: int) -> None:
        for _ in range(actions):
            what = self.chance.random()
            if what < 0.3:
                seconds = self.chance.randint(2, 900)
                self.countdowns[await timers.set(seconds=seconds)] = self.clock.elapsed() + seconds
            elif what < 0.55:
                due = self.clock.now() + timedelta(seconds=self.chance.uniform(2, 900))
                key = await timers.set(kind="alarm", due_at=due.isoformat())
                self.alarms[key] = (self.clock.elapsed(), due)
            elif what < 0.65:
                await self._every_day(timers)
            elif what < 0.8:
                await self._jump()
            await anyio.sleep(self.chance.uniform(0.6, 120))

    async def _every_day(self, timers: Keeping) -> None:
        """An alarm at a time that the clock will show within minutes, and again on other days."""
        local = (self.clock.now() + timedelta(minutes=self.chance.randint(2, 15))).astimezone(ZONE)
        key = await timers.set(kind="alarm", days=tuple(range(7)), at=f"{local:%H:%M}")
        (listed,) = [one for one in (await self._all(timers)) if one[0] == key]
        self.daily[key] = (self.clock.elapsed(), listed[1])

    async def _all(self, timers: Keeping) -> list[tuple[str, datetime]]:
        return [(row.id, row.due) for row in await timers.shelf.everything()]

    async def _jump(self) -> None:
        await anyio.sleep(0.6)  # one look at the clocks
        self.clock.set_by += self.chance.choice(JUMPS) * self.chance.uniform(0.5, 1)
        self.jumps.append((self.clock.elapsed(), self.clock.set_by))
        await anyio.sleep(0.6)

    def shown(self, since: float, due: datetime) -> float | None:
        """When the wall clock first showed that time, in time that passes; None: it has not yet."""
        steps = [(at, by) for at, by in self.jumps if at > since]
        by = next((by for at, by in reversed(self.jumps) if at <= since), self.first)
        start = since
        for at, after in [*steps, (self.clock.elapsed(), 0.0)]:
            reached = (due - EPOCH).total_seconds() - by
            if max(reached, start) <= at:
                return max(reached, start)
            start, by = at, after
        return None


async def one_life(seed: int) -> Setting:
    """So many timers and jumps as chance has it; every third life goes over a change of the clocks."""
    clock, chance = VirtualClock(), random.Random(seed)
    if seed % 3 == 0:
        start = CHANGES[seed // 3 % 2] - timedelta(seconds=chance.uniform(60, 1800))
        clock.set_by = (start - EPOCH).total_seconds()
    life = Setting(clock, chance, clock.set_by)
    async with keeping(Runtime.new(clock)) as timers:
        await life.live(timers, chance.randint(8, 30))
        await anyio.sleep(1800)
        _judge(life, timers)
    return life


def _judge(life: Setting, timers: Keeping) -> None:
    told = {event.id: at for at, event in timers.heard}
    counts = Counter(event.id for _, event in timers.heard)
    offset = life.clock.slept
    for key, wanted in life.countdowns.items():
        if counts[key] != 1:
            life.wrong.append(f"countdown {key} told {counts[key]} times")
        else:
            life.late.append(told[key] + offset - wanted)
    for key, (since, due) in life.alarms.items():
        wanted = life.shown(since, due)
        if counts[key] != (wanted is not None):
            life.wrong.append(f"alarm {key} told {counts[key]} times, due at {wanted}")
        elif wanted is not None:
            life.late.append(told[key] + offset - wanted)
    for key, (since, due) in life.daily.items():
        wanted = life.shown(since, due)
        first = min((at for at, event in timers.heard if event.id == key), default=None)
        if (first is None) != (wanted is None):
            life.wrong.append(f"daily {key} first told at {first}, due at {wanted}")
        elif wanted is not None and first is not None:
            life.late.append(first + offset - wanted)
    days = Counter((event.id, event.due_at) for _, event in timers.heard)
    life.wrong += [f"{key} told {count} times" for key, count in days.items() if count > 1]
    life.wrong += [f"{late:.2f} s late" for late in life.late if not -LATE <= late <= LATE]
