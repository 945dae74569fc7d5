"""Who may use the model now, who waits behind whom, and who gives way.

A person who waits for speech goes before one who waits for text, both before background work, which
stands still while a person is answered.  Within a rank whoever has nothing running goes first, then who
has used the model least.  Waiting lifts everybody but voice, which is first anyway: after `AGE` seconds
for each step a request is overdue, goes before all but voice in the order of coming, and background
work that is overdue no longer stands still for chat.  Time is an argument: seconds of any clock that
never goes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.events.llm import Priority
from app.llm.scheduler.slots import RANK, Slots

AGE = 30.0
"""Seconds of waiting that lift a request by one step."""

VOICE, OVERDUE = 0, 1
"""The first two levels; then chat, analysis, maintenance."""


@dataclass(slots=True)
class Ask:
    """A request as the schedule sees it. waited: seconds, of earlier waits when it gave way; deadline: the
    moment from which on nobody wants it."""

    number: int
    priority: Priority = "chat"
    owner: str = "local"
    dialogue: str | None = None
    deadline: float | None = None
    since: float = 0.0
    waited: float = 0.0

    def level(self, now: float) -> int:
        """Lower goes first."""
        rank = RANK[self.priority]
        if rank == VOICE:
            return VOICE
        steps = int((self.waited + now - self.since) / AGE)
        return max(OVERDUE, rank + 1 - steps)

    def overdue_at(self) -> float:
        """When waiting will have lifted it as far as it goes."""
        return self.since + RANK[self.priority] * AGE - self.waited

    @property
    def background(self) -> bool:
        """No person waits for it."""
        return is_background(self.priority)


@dataclass(slots=True)
class _Run:
    ask: Ask
    slot: int
    since: float
    overdue: bool
    gives_way: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """starts: who begins in which slot; give_way: who has to stop and come again."""

    starts: tuple[tuple[int, int], ...] = ()
    give_way: tuple[int, ...] = ()


@dataclass(slots=True)
class _Usage:
    """Seconds that each owner has used in one rank, and where a newcomer begins to count."""

    used: dict[str, float] = field(default_factory=dict[str, float])
    floor: float = 0.0

    def of(self, owner: str) -> float:
        return max(self.floor, self.used.get(owner, 0.0))

    def begin(self, owner: str) -> None:
        """Who was away does not make up for it."""
        self.floor = self.of(owner)
        self.used = {name: used for name, used in self.used.items() if used > self.floor}

    def add(self, owner: str, seconds: float) -> None:
        self.used[owner] = self.of(owner) + seconds


def is_background(priority: Priority) -> bool:
    """Whether no person waits for it."""
    return RANK[priority] > RANK["chat"]


class Schedule:
    """Feed it who comes and who leaves; `decide` says who begins and who gives way. It never waits."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._waiting: dict[int, Ask] = {}
        self._running: dict[int, _Run] = {}
        self._here: dict[Priority, int] = dict.fromkeys(RANK, 0)  # waiting and running
        self._usage = {rank: _Usage() for rank in RANK.values()}

    def come(self, ask: Ask, now: float) -> None:
        """It wants to run; so does one that gave way and has come to rest."""
        ask.since = now
        self._waiting[ask.number] = ask
        self._here[ask.priority] += 1

    def leave(self, number: int, now: float) -> None:
        """It waits no more, or its slot has come to rest."""
        run = self._running.pop(number, None)
        ask = self._waiting.pop(number, None) if run is None else run.ask
        if ask is not None:
            self._here[ask.priority] -= 1
        if run is not None:
            self._slots.release(run.slot)
            self._usage[RANK[run.ask.priority]].add(run.ask.owner, now - run.since)

    def decide(self, now: float) -> Decision:
        """Whoever may begin begins."""
        starts: list[tuple[int, int]] = []
        while (start := self._next(now)) is not None:
            starts.append(start)
        gives_way = [run for run in self._running.values() if not run.gives_way and self._in_the_way(run)]
        for run in gives_way:
            run.gives_way = True
        return Decision(tuple(starts), tuple(run.ask.number for run in gives_way))

    def line(self, now: float) -> list[int]:
        """Who waits, in the order in which they go."""
        return [ask.number for ask in self._in_order(now)]

    def late(self, now: float) -> list[int]:
        """Who waits and is not wanted any more."""
        return [a.number for a in self._waiting.values() if a.deadline is not None and a.deadline <= now]

    def next_change(self, now: float) -> float | None:
        """When time alone will change something: a deadline, or background work that is overdue."""
        moments = [ask.deadline for ask in self._waiting.values() if ask.deadline is not None]
        moments += [ask.overdue_at() for ask in self._waiting.values() if ask.background]
        return min((moment for moment in moments if moment > now), default=None)

    @property
    def busy(self) -> int:
        """How many run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def _next(self, now: float) -> tuple[int, int] | None:
        for ask in self._in_order(now):
            if self._held_back(ask, now):
                continue
            slot = self._slots.take(ask.dialogue, ask.priority)
            if slot is not None:
                self._begin(ask, slot, now)
                return ask.number, slot
        return None

    def _begin(self, ask: Ask, slot: int, now: float) -> None:
        overdue = ask.level(now) == OVERDUE
        del self._waiting[ask.number]
        ask.waited += now - ask.since
        self._running[ask.number] = _Run(ask, slot, now, overdue)
        self._usage[RANK[ask.priority]].begin(ask.owner)

    def _in_order(self, now: float) -> list[Ask]:
        if len(self._waiting) < 2:
            return list(self._waiting.values())
        running: dict[str, int] = {}
        for run in self._running.values():
            running[run.ask.owner] = running.get(run.ask.owner, 0) + 1

        def place(ask: Ask) -> tuple[float, ...]:
            level = ask.level(now)
            came = (ask.since - ask.waited, ask.number)
            if level == OVERDUE:
                return (level, *came)
            used = self._usage[RANK[ask.priority]].of(ask.owner)
            deadline = float("inf") if ask.deadline is None else ask.deadline
            return (level, running.get(ask.owner, 0), used, deadline, *came)

        return sorted(self._waiting.values(), key=place)

    def _held_back(self, ask: Ask, now: float) -> bool:
        return ask.background and self._people(chat=ask.level(now) > OVERDUE)

    def _in_the_way(self, run: _Run) -> bool:
        return run.ask.background and self._people(chat=not run.overdue)

    def _people(self, *, chat: bool) -> bool:
        """Whether a person waits or is answered; of those who write only where `chat`."""
        return self._here["voice"] > 0 or (chat and self._here["chat"] > 0)
