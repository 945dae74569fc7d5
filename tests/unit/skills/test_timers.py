"""Timers on virtual time: rung once, in time, whatever the clocks and the process do."""

from __future__ import annotations

from datetime import timedelta

import anyio
import pytest

from app.events.skills import (
    CancelTimersEvent,
    ExtendTimerEvent,
    ListTimersEvent,
    SnoozeEvent,
)
from app.events.system import ReadyEvent
from app.events.voice import NoSpeechEvent, StopSpeakingEvent
from app.kernel.errors import BadInput, NotFound
from app.kernel.runtime import Runtime
from tests.unit.skills.keeping import Keeping, Shelf, keeping, mouth
from tests.virtual import VirtualClock

pytestmark = pytest.mark.anyio


async def test_a_timer_rings_once_in_time_and_is_gone(runtime: Runtime) -> None:
    async with keeping(runtime) as timers:
        began = timers.now()
        await timers.set(seconds=600, name="pasta")
        await anyio.sleep(2000)
        ((at, rung),) = timers.heard
        assert at - began == pytest.approx(600, abs=0.01)
        assert (rung.kind, rung.text, rung.again) == ("timer", "Your pasta timer is done.", False)
        assert not timers.shelf.rows


async def test_many_ring_each_at_its_own_time(runtime: Runtime) -> None:
    async with keeping(runtime) as timers:
        began = timers.now()
        for seconds in (30, 10, 20, 10):
            await timers.set(seconds=seconds, name=str(seconds))
        await anyio.sleep(60)
        assert [round(at - began) for at, _ in timers.heard] == [10, 10, 20, 30]
        assert [event.name for _, event in timers.heard] == ["10", "10", "20", "30"]


@pytest.mark.parametrize("jump", [-7200.0, -3.0, 3.0, 5400.0, 864_000.0])
async def test_a_countdown_does_not_care_for_a_clock_that_is_set(
    runtime: Runtime, clock: VirtualClock, jump: float
) -> None:
    async with keeping(runtime) as timers:
        began = timers.now()
        await timers.set(seconds=600)
        await anyio.sleep(100)
        clock.set_by += jump
        await anyio.sleep(100)
        due = next(iter(timers.shelf.rows.values())).due  # what a later process would go by
        assert (due - clock.now()).total_seconds() == pytest.approx(400, abs=1)
        await anyio.sleep(1000)
        ((at, _),) = timers.heard
        assert at - began == pytest.approx(600, abs=1)


async def test_an_alarm_goes_by_the_clock_on_the_wall(runtime: Runtime, clock: VirtualClock) -> None:
    async with keeping(runtime) as timers:
        began = timers.now()
        await timers.set(kind="alarm", due_at=(clock.now() + timedelta(seconds=3600)).isoformat())
        await anyio.sleep(600)
        clock.set_by += 1800
        await anyio.sleep(3600)
        ((at, _),) = timers.heard
        assert at - began == pytest.approx(1800, abs=1)


async def test_the_clock_that_jumps_over_an_alarm_makes_it_ring_within_a_second(
    runtime: Runtime, clock: VirtualClock
) -> None:
    async with keeping(runtime) as timers:
        await timers.set(kind="alarm", due_at=(clock.now() + timedelta(seconds=3600)).isoformat())
        await anyio.sleep(100.2)
        set_at = timers.now()
        clock.set_by += 86_400
        await anyio.sleep(10)
        ((at, _),) = timers.heard
        assert at - set_at <= 1


async def test_a_clock_that_is_corrected_slowly_does_not_carry_a_countdown_away(
    runtime: Runtime, clock: VirtualClock
) -> None:
    async with keeping(runtime) as timers:
        began = timers.now()
        await timers.set(seconds=1000)
        for _ in range(1000):
            await anyio.sleep(0.9)
            clock.set_by += 0.05
        await anyio.sleep(300)
        ((at, _),) = timers.heard
        assert at - began == pytest.approx(1000, abs=1)


async def test_a_machine_that_slept_rings_what_is_due_when_it_wakes(
    runtime: Runtime, clock: VirtualClock
) -> None:
    async with keeping(runtime) as timers:
        await timers.set(seconds=600)
        await anyio.sleep(100)
        woke = timers.now()
        clock.slept += 3600
        await anyio.sleep(5)
        ((at, _),) = timers.heard
        assert at - woke <= 1


async def test_a_clock_that_is_set_right_after_the_start_of_the_machine_moves_only_what_is_new(
    runtime: Runtime, clock: VirtualClock
) -> None:
    shelf = Shelf()
    async with keeping(runtime, shelf) as timers:
        await timers.set(seconds=1200, name="old")
    clock.slept -= 900  # the machine was started a moment ago …
    clock.set_by += 900 - 300  # … and its clock is five minutes slow
    async with keeping(runtime, shelf) as timers:
        began = timers.now()
        await timers.set(seconds=1200, name="new")
        await anyio.sleep(10)
        clock.set_by += 300
        await anyio.sleep(3000)
        assert [round(at - began) for at, _ in timers.heard] == [1200, 1200]


# -- dying and coming back ---------------------------------------------------------------------


async def test_what_was_due_meanwhile_is_told_once_when_solo_is_back(runtime: Runtime) -> None:
    shelf = Shelf()
    async with keeping(runtime, shelf) as timers:
        await timers.set(seconds=60, name="pasta")
    await anyio.sleep(100)
    async with keeping(runtime, shelf) as timers:
        runtime.bus.publish(ReadyEvent(seconds=1))
        await anyio.sleep(1)
        assert timers.told == ["missed pasta"]
        assert not timers.heard[0][1].again
        assert "I was not running" in timers.heard[0][1].text
    async with keeping(runtime, shelf) as timers:
        await anyio.sleep(100)
        assert timers.told == []


async def test_one_that_is_not_due_yet_goes_on_over_a_restart(runtime: Runtime) -> None:
    shelf = Shelf()
    async with keeping(runtime, shelf) as timers:
        began = timers.now()
        await timers.set(seconds=60)
    await anyio.sleep(30)
    async with keeping(runtime, shelf) as timers:
        await anyio.sleep(100)
        ((at, rung),) = timers.heard
        assert rung.kind == "timer"
        assert at - began == pytest.approx(60, abs=0.01)


async def test_one_that_was_being_told_is_told_again_and_said_to_be(runtime: Runtime) -> None:
    shelf = Shelf()
    async with mouth(runtime, seconds=5), keeping(runtime, shelf) as timers:
        await timers.set(seconds=60)
        await anyio.sleep(62)
        assert timers.told == ["timer"]
    async with keeping(runtime, shelf) as timers:
        await anyio.sleep(60)
        assert timers.told == ["missed"]
        assert timers.heard[0][1].again
    assert not shelf.rows


async def test_an_alarm_that_was_missed_a_moment_ago_still_wakes(
    runtime: Runtime, clock: VirtualClock
) -> None:
    shelf = Shelf()
    async with keeping(runtime, shelf) as timers:
        await timers.set(kind="alarm", due_at=(clock.now() + timedelta(seconds=60)).isoformat())
    await anyio.sleep(120)
    async with mouth(runtime) as rings, keeping(runtime, shelf) as timers:
        await anyio.sleep(200)
        assert timers.told == ["missed"]
        assert len(rings) > 10


async def test_of_a_daily_alarm_the_last_time_is_told_and_the_next_one_waits(
    runtime: Runtime, clock: VirtualClock
) -> None:
    shelf = Shelf()
    async with keeping(runtime, shelf) as timers:
        await timers.set(kind="alarm", days=tuple(range(7)), at="01:30")
    await anyio.sleep(5 * 86_400)
    async with keeping(runtime, shelf) as timers:
        await anyio.sleep(60)
        assert timers.told == ["missed"]
        (row,) = shelf.rows.values()
        assert row.rung is None
        assert timedelta(0) < row.due - clock.now() < timedelta(days=1)


async def test_a_single_command_leaves_the_ringing_to_the_solo_that_stays(runtime: Runtime) -> None:
    shelf = Shelf()
    async with keeping(runtime, shelf, rings=False) as timers:
        await timers.set(seconds=60)
        await anyio.sleep(100)
        assert timers.told == []
        assert len(shelf.rows) == 1


async def test_a_full_disk_does_not_keep_a_timer_from_ringing(runtime: Runtime) -> None:
    async with keeping(runtime) as timers:
        await timers.set(seconds=60)
        timers.shelf.full = True
        await anyio.sleep(100)
        assert timers.told == ["timer"]


# -- ringing -----------------------------------------------------------------------------------


async def alarm(timers: Keeping, **more: object) -> str:
    due = timers.runtime.clock.now() + timedelta(seconds=10)
    return await timers.set(kind="alarm", due_at=due.isoformat(), **more)


async def test_an_alarm_rings_until_it_has_rung_often_enough_and_is_announced_once(runtime: Runtime) -> None:
    async with mouth(runtime) as rings, keeping(runtime, alarm_rings=4) as timers:
        await alarm(timers)
        await anyio.sleep(600)
        assert len(rings) == 4
        assert timers.told == ["alarm"]
        assert not timers.shelf.rows


@pytest.mark.parametrize("stop", [StopSpeakingEvent(), NoSpeechEvent(reason="cancelled")])
async def test_stop_stops_it(runtime: Runtime, stop: StopSpeakingEvent) -> None:
    async with mouth(runtime) as rings, keeping(runtime) as timers:
        await alarm(timers)
        await anyio.sleep(20)
        runtime.bus.publish(stop)
        rung = len(rings)
        await anyio.sleep(600)
        assert len(rings) == rung
        assert not timers.shelf.rows


async def test_to_interrupt_a_timer_is_to_have_heard_it_but_an_alarm_goes_on(runtime: Runtime) -> None:
    async with mouth(runtime, stopped=True) as rings, keeping(runtime, alarm_rings=3) as timers:
        await timers.set(seconds=1)
        await anyio.sleep(100)
        assert len(rings) == 1
        await alarm(timers)
        await anyio.sleep(100)
        assert len(rings) == 1 + 3


async def test_snooze_puts_off_what_rings(runtime: Runtime) -> None:
    async with mouth(runtime) as rings, keeping(runtime, alarm_rings=2) as timers:
        began = timers.now()
        await alarm(timers)
        await anyio.sleep(10.5)
        assert len((await timers.ask(SnoozeEvent(seconds=300))).timers) == 1
        await anyio.sleep(1000)
        assert [round(at - began) for at, _ in timers.heard] == [10, 310]
        assert len(rings) == 1 + 2
        assert not timers.shelf.rows


async def test_snoozing_a_daily_alarm_leaves_tomorrow_alone(runtime: Runtime) -> None:
    async with mouth(runtime), keeping(runtime, alarm_rings=2) as timers:
        await timers.set(kind="alarm", days=tuple(range(7)), at="01:30")
        while not timers.heard:  # noqa: ASYNC110  (virtual time)
            await anyio.sleep(1)
        await timers.ask(SnoozeEvent())
        await anyio.sleep(1)
        assert [row.at for row in timers.shelf.rows.values()].count("01:30") == 1
        assert len(timers.shelf.rows) == 2


async def test_there_is_nothing_to_snooze_when_nothing_rang(runtime: Runtime) -> None:
    async with keeping(runtime) as timers:
        assert (await timers.ask(SnoozeEvent())).timers == ()
        await timers.set(seconds=1)
        await anyio.sleep(2)
        assert (await timers.ask(ListTimersEvent())).rang
        await anyio.sleep(3600)
        assert not (await timers.ask(ListTimersEvent())).rang


async def test_what_is_cancelled_does_not_ring(runtime: Runtime) -> None:
    async with keeping(runtime) as timers:
        key = await timers.set(seconds=60)
        await timers.set(seconds=30, name="other")
        await timers.ask(CancelTimersEvent(ids=(key,)))
        await anyio.sleep(100)
        assert timers.told == ["timer other"]
        with pytest.raises(NotFound):
            await timers.ask(CancelTimersEvent(ids=(key,)))


async def test_another_person_sees_and_cancels_nothing_of_it(runtime: Runtime) -> None:
    async with keeping(runtime) as timers:
        key = await timers.set(seconds=60)
        assert (await timers.ask(ListTimersEvent(owner="eve"))).timers == ()
        with pytest.raises(NotFound):
            await timers.ask(CancelTimersEvent(owner="eve", ids=(key,)))


async def test_a_timer_can_be_given_more_time_even_while_it_rings(runtime: Runtime) -> None:
    async with mouth(runtime) as rings, keeping(runtime, timer_rings=2) as timers:
        began = timers.now()
        key = await timers.set(seconds=60)
        await timers.ask(ExtendTimerEvent(id=key, seconds=60))
        await anyio.sleep(120.5)
        assert len(rings) == 1
        await timers.ask(ExtendTimerEvent(id=key, seconds=60))
        await anyio.sleep(100)
        assert [round(at - began) for at, _ in timers.heard] == [120, 180]
        assert not timers.shelf.rows


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"seconds": 0},
        {"seconds": -5},
        {"seconds": 10**12},
        {"due_at": "2020-01-01T00:00:00+00:00"},
        {"due_at": "2026-01-01T10:00:00"},
        {"due_at": "soon"},
        {"days": (1,), "at": "25:00"},
        {"days": (9,), "at": "07:00"},
        {"seconds": 5, "days": (1,), "at": "07:00"},
        {"seconds": 5, "name": "x" * 301},
    ],
)
async def test_what_makes_no_sense_is_refused(runtime: Runtime, what: dict[str, object]) -> None:
    async with keeping(runtime) as timers:
        with pytest.raises(BadInput):
            await timers.set(**what)
