"""Who goes first, who gives way, and that nobody is forgotten: by hand and by thousands of arrivals."""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from dataclasses import dataclass, field

import pytest

from app.events.llm import Priority
from app.llm.scheduler.rules import AGE, OVERDUE, Ask, Schedule
from app.llm.scheduler.slots import Slots

PRIORITIES: tuple[Priority, ...] = ("voice", "chat", "analysis", "maintenance")


def schedule(slots: int = 1) -> Schedule:
    return Schedule(Slots(slots))


def come(to: Schedule, number: int, priority: Priority = "chat", now: float = 0.0, **more: object) -> None:
    to.come(Ask(number, priority, **more), now)  # type: ignore[arg-type]


def starts(of: Schedule, now: float = 0.0) -> list[int]:
    return [number for number, _ in of.decide(now).starts]


def test_voice_goes_before_chat_before_analysis_before_maintenance() -> None:
    plan, order = schedule(), list[int]()
    come(plan, 9)
    assert starts(plan) == [9]
    for number, priority in enumerate(reversed(PRIORITIES)):
        come(plan, number, priority)
    now = 0.0
    last = 9
    while plan.waiting:
        now += 1
        plan.leave(last, now)
        (last,) = starts(plan, now)
        order.append(last)
    assert order == [3, 2, 1, 0]


def test_a_person_with_one_request_does_not_wait_behind_another_with_many() -> None:
    plan = schedule()
    for number in range(5):
        come(plan, number, owner="anna")
    come(plan, 5, owner="ben")
    assert starts(plan) == [0]
    plan.leave(0, 10.0)
    assert starts(plan, 10.0) == [5]


def test_who_was_away_does_not_make_up_for_it() -> None:
    plan = schedule()
    now, runs = 0.0, list[str]()
    come(plan, 0, owner="anna")
    for number in range(1, 10):  # anna alone, for a long time
        starts(plan, now)
        come(plan, number, owner="anna", now=now)
        now += 10
        plan.leave(number - 1, now)
    come(plan, 100, owner="ben", now=now)
    come(plan, 101, owner="ben", now=now)
    come(plan, 102, owner="anna", now=now)
    for _ in range(4):
        (number,) = starts(plan, now)
        runs.append("ben" if number in {100, 101} else "anna")
        now += 10
        plan.leave(number, now)
    assert runs.count("ben") == 2
    assert "anna" in runs[:2]


def test_of_one_persons_requests_the_sooner_deadline_goes_first() -> None:
    plan = schedule()
    come(plan, 0)
    starts(plan)
    come(plan, 1)
    come(plan, 2, deadline=50.0)
    come(plan, 3, deadline=20.0)
    assert plan.line(0.0) == [3, 2, 1]
    assert plan.late(20.0) == [3]


def test_background_work_waits_while_a_person_is_answered_and_then_goes_on() -> None:
    plan = schedule(4)
    come(plan, 0, "chat")
    come(plan, 1, "maintenance")
    assert starts(plan) == [0]
    plan.leave(0, 1.0)
    assert starts(plan, 1.0) == [1]


@pytest.mark.parametrize("person", ["voice", "chat"])
@pytest.mark.parametrize("background", ["analysis", "maintenance"])
def test_running_background_work_gives_way_to_a_person_once(person: Priority, background: Priority) -> None:
    plan = schedule(4)
    come(plan, 0, background)
    assert starts(plan) == [0]
    come(plan, 1, person, 5.0)
    decision = plan.decide(5.0)
    assert [number for number, _ in decision.starts] == [1]
    assert decision.give_way == (0,)
    assert plan.decide(5.0).give_way == ()


def test_nobody_gives_way_to_background_work_nor_a_person_to_a_person() -> None:
    plan = schedule(1)
    come(plan, 0, "maintenance")
    starts(plan)
    come(plan, 1, "analysis")
    assert plan.decide(0.0).give_way == ()
    other = schedule(1)
    come(other, 0, "chat")
    starts(other)
    come(other, 1, "voice")
    assert other.decide(0.0).give_way == ()


def test_what_waited_long_enough_runs_beside_chat_but_never_beside_voice() -> None:
    plan = schedule(4)
    come(plan, 0, "chat")
    come(plan, 1, "maintenance")
    starts(plan)
    overdue = plan.next_change(0.0)
    assert overdue is not None
    assert overdue == 3 * AGE
    assert starts(plan, overdue - 0.01) == []
    assert starts(plan, overdue) == [1]
    assert plan.decide(overdue).give_way == ()
    come(plan, 2, "voice", overdue + 1)
    assert plan.decide(overdue + 1).give_way == (1,)


def test_time_spent_running_is_no_time_spent_waiting() -> None:
    plan = schedule(4)
    come(plan, 0, "maintenance")
    starts(plan)
    come(plan, 1, "chat", 1000.0)
    assert plan.decide(1000.0).give_way == (0,)


def test_waiting_counts_on_over_the_times_it_gave_way() -> None:
    ask = Ask(0, "analysis")
    plan = schedule(4)
    plan.come(ask, 0.0)
    come(plan, 1, "chat")
    starts(plan)
    plan.leave(1, 50.0)
    assert starts(plan, 50.0) == [0]
    plan.leave(0, 60.0)
    plan.come(ask, 60.0)
    assert ask.overdue_at() == 60.0 + 2 * AGE - 50.0


@dataclass
class World:
    """People and background work at random, and what happened to them."""

    seed: int
    slots: int
    gap: float
    answered: int = 0
    worst: dict[Priority, float] = field(default_factory=lambda: dict.fromkeys(PRIORITIES, 0.0))

    def run(self, arrivals: int) -> None:
        self.chance = random.Random(self.seed)
        self.plan = Schedule(Slots(self.slots))
        self.events: list[tuple[float, int, str, int]] = []
        self.asks, self.length = dict[int, Ask](), dict[int, float]()
        self.began, self.ends = dict[int, float](), dict[int, int]()
        self._arrive(arrivals)
        timer = -1.0
        while self.events:
            now, order, what, number = heapq.heappop(self.events)
            if what != "end" or self.ends.get(number) == order:
                self._happen(what, number, now)
            self._decide(now)
            moment = self.plan.next_change(now)
            if moment is not None and moment != timer:
                timer = moment
                self._push(moment, "time", -1)

    def _push(self, moment: float, what: str, number: int) -> int:
        self.order = getattr(self, "order", 0) + 1
        heapq.heappush(self.events, (moment, self.order, what, number))
        return self.order

    def _arrive(self, arrivals: int) -> None:
        chance, now = self.chance, 0.0
        for number in range(arrivals):
            priority = chance.choices(PRIORITIES, (1, 4, 2, 2))[0]
            dialogue = chance.choice([None, "d1", "d2"])
            self.asks[number] = Ask(number, priority, chance.choice("abcde"), dialogue)
            self.length[number] = chance.uniform(0.1, 2.0 if priority == "voice" else 8.0)
            now += chance.expovariate(1 / self.gap)
            self._push(now, "come", number)

    def _happen(self, what: str, number: int, now: float) -> None:
        if what in {"end", "rest"}:
            self.length[number] -= now - self.began[number]
            self.plan.leave(number, now)
            self.answered += what == "end"
        if what in {"come", "rest"}:
            self.plan.come(self.asks[number], now)

    def _decide(self, now: float) -> None:
        waiting = {number: self.asks[number].level(now) for number in self.plan.line(now)}
        decision = self.plan.decide(now)
        for number, slot in decision.starts:
            ask = self.asks[number]
            self._look(slot, waiting[number], {n: waiting[n] for n in self.plan.line(now)})
            self.began[number] = now
            self.ends[number] = self._push(now + max(0.01, self.length[number]), "end", number)
            self.worst[ask.priority] = max(self.worst[ask.priority], ask.waited)
        for number in decision.give_way:
            self.ends[number] = 0
            self._push(now + 0.05, "rest", number)

    def _look(self, slot: int, level: int, left: dict[int, int]) -> None:
        """No inversion: who waits on in a better level could not have had that slot."""
        for number in left:
            ask = self.asks[number]
            if left[number] >= level or ask.dialogue is not None:  # its dialogue's own slot may be busy
                continue
            kept_for_voice = slot == 0 and self.slots > 1
            kept_from_background = ask.background and slot < self.slots - 1
            assert kept_for_voice or kept_from_background or ask.background


@pytest.mark.parametrize("slots", [1, 2, 3, 4, 8])
def test_of_thousands_at_random_all_are_answered_and_none_is_passed_by(slots: int) -> None:
    for seed in range(2):
        world = World(seed, slots, gap=8.0 if slots == 1 else 4.5)  # background work has one slot
        world.run(1000)
        assert world.answered == 1000
        assert world.plan.waiting == world.plan.busy == 0
        assert world.worst["voice"] <= (10.0 if slots > 1 else 40.0)
        assert max(world.worst.values()) < 20 * AGE


def test_background_work_is_not_starved_by_chat_that_never_ends() -> None:
    plan = schedule(3)
    come(plan, 0, "maintenance")
    come(plan, 1, "chat", owner="a")
    now, number, running, done = 0.0, 2, [1], False
    starts(plan)
    while now < 10 * AGE and not done:  # always two chats at once, and more in line
        now += 3.0
        come(plan, number, "chat", now, owner=random.Random(number).choice("abcd"))
        come(plan, number + 1, "chat", now, owner="e")
        number += 2
        if running:
            plan.leave(running.pop(0), now)
        begun = starts(plan, now)
        done = 0 in begun
        running += begun
    assert done
    assert now <= 4 * AGE


def test_people_who_always_want_more_get_the_same_share() -> None:
    chance = random.Random(7)
    plan = schedule(1)
    used: dict[str, float] = defaultdict(float)
    owners = dict[int, str]()
    number, now = 0, 0.0

    def ask(owner: str) -> None:
        nonlocal number
        owners[number] = owner
        come(plan, number, "chat", now, owner=owner)
        number += 1

    for owner, many in (("a", 1), ("b", 2), ("c", 3)):  # shorter than a wait is long: nobody is overdue
        for _ in range(many):
            ask(owner)
    longest = 0.0
    for _ in range(3000):
        (running,) = starts(plan, now)
        took = chance.uniform(0.1, 2.0 if owners[running] == "a" else 4.0)
        longest = max(longest, took)
        now += took
        used[owners[running]] += took
        plan.leave(running, now)
        ask(owners[running])
        assert max(used[o] for o in "abc") - min(used[o] for o in "abc") <= 2 * longest


def test_the_line_is_the_order_in_which_they_go() -> None:
    chance = random.Random(3)
    plan = schedule(1)
    come(plan, 0, "voice")
    assert starts(plan) == [0]
    for number in range(1, 60):
        come(plan, number, chance.choice(PRIORITIES), owner=chance.choice("ab"))
    running = 0
    while plan.waiting:
        plan.leave(running, 0.0)
        first = plan.line(0.0)[0]
        (running,) = starts(plan)
        assert running == first


def test_levels_end_at_overdue() -> None:
    for priority in PRIORITIES[1:]:
        assert Ask(0, priority).level(1e9) == OVERDUE
    assert Ask(0, "voice").level(1e9) == 0
