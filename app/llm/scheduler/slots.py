"""Which dialogue gets which slot of the KV cache.

A slot holds the tokens of the last dialogue that ran in it, so a dialogue that comes back to its
slot pays only for what is new.  The lowest slot goes first into every batch (measured: a short
request in slot 0 began 0.4 s after a long prompt had started in slot 3; the other way round it
waited 6 s), so slot 0 is kept for voice, and background work stays in the last one.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.events.llm import Priority

RANK: dict[Priority, int] = {"voice": 0, "chat": 1, "analysis": 2, "maintenance": 3}
"""Who goes first; lower is sooner."""


@dataclass(slots=True)
class _Slot:
    number: int
    dialogue: str | None = None
    used: int = 0
    busy: bool = False


class Slots:
    """The plan of one engine's slots. Feed it `take` and `release`; it decides, it never waits."""

    def __init__(self, count: int) -> None:
        self._slots = [_Slot(number) for number in range(count)]
        self._uses = 0

    def take(self, dialogue: str | None, priority: Priority) -> int | None:
        """A free slot for this request, now busy; None when it has to wait for a `release`."""
        allowed = self._allowed(priority)
        own = self._own(allowed, dialogue)
        free = [slot for slot in allowed if not slot.busy]
        if not free or (own is not None and own.busy):
            return None  # its own slot is about to come to rest; in another it would begin from nothing
        slot = own or self._stalest(free, priority)
        self._uses += 1
        slot.busy, slot.used, slot.dialogue = True, self._uses, dialogue
        return slot.number

    def release(self, number: int) -> None:
        """The slot has come to rest; it stays warm for its dialogue."""
        self._slots[number].busy = False

    @property
    def busy(self) -> int:
        """How many are working."""
        return sum(slot.busy for slot in self._slots)

    def _allowed(self, priority: Priority) -> list[_Slot]:
        if len(self._slots) == 1 or priority == "voice":
            return self._slots
        if RANK[priority] > RANK["chat"] and len(self._slots) > 2:
            return self._slots[-1:]
        return self._slots[1:]

    def _own(self, slots: list[_Slot], dialogue: str | None) -> _Slot | None:
        if dialogue is None:
            return None
        return next((slot for slot in slots if slot.dialogue == dialogue), None)

    def _stalest(self, free: list[_Slot], priority: Priority) -> _Slot:
        if priority == "voice" and free[0].number == 0:
            return free[0]
        return min(free, key=lambda slot: (slot.dialogue is not None, slot.used))
