"""The door in front of a local engine: as many generations as it has slots, by priority."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from app.events.llm import Priority
from app.llm.slots import RANK, Slots


@dataclass(order=True, slots=True)
class _Waiter:
    rank: int
    order: int
    dialogue: str | None = field(compare=False)
    priority: Priority = field(compare=False)
    slot: asyncio.Future[int] = field(compare=False)


class Gate:
    """Hands out slots; whoever finds none waits, voice before chat before background work."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._waiting: list[_Waiter] = []
        self._order = 0

    async def enter(self, dialogue: str | None, priority: Priority) -> int:
        """Wait for a slot; give it back with `leave`."""
        slot = self._slots.take(dialogue, priority)
        if slot is not None:
            return slot
        self._order += 1
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        waiter = _Waiter(RANK[priority], self._order, dialogue, priority, future)
        self._waiting.append(waiter)
        self._waiting.sort()
        try:
            return await future
        except asyncio.CancelledError:
            # A slot may have been handed over in the same moment in which the asker left.
            if future.done() and not future.cancelled():
                self.leave(future.result())
            raise
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def leave(self, slot: int) -> None:
        """The slot is at rest: hand it to the first who may have it."""
        self._slots.release(slot)
        for waiter in list(self._waiting):
            if waiter.slot.done():
                continue
            found = self._slots.take(waiter.dialogue, waiter.priority)
            if found is not None:
                self._waiting.remove(waiter)
                waiter.slot.set_result(found)

    @property
    def busy(self) -> int:
        """How many generations run."""
        return self._slots.busy

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        return len(self._waiting)
