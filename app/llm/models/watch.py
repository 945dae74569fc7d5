"""Noticing that model files came, went or changed.

The folders are looked at every few seconds: names, sizes and times of 500 files take some 5 ms, and that
works on every system and on folders of other machines, where file events do not arrive.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from app.llm.models.entry import Entry

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Changes:
    """Names of models that are new, gone, or not what they were."""

    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.came or self.went or self.changed)


def differences(before: tuple[Entry, ...], after: tuple[Entry, ...]) -> Changes:
    """What happened between two looks."""
    old, new = {one.name: one for one in before}, {one.name: one for one in after}
    return Changes(
        came=tuple(name for name in new if name not in old),
        went=tuple(name for name in old if name not in new),
        changed=tuple(name for name, one in new.items() if name in old and _mark(one) != _mark(old[name])),
    )


def _mark(entry: Entry) -> tuple[object, ...]:
    return entry.files, entry.size, entry.broken, entry.facts.architecture, entry.facts.context


async def watch(
    look: Callable[[], Awaitable[tuple[Entry, ...]]],
    sleep: Callable[[float], Awaitable[None]],
    seconds: float = SECONDS,
) -> AsyncGenerator[tuple[Changes, tuple[Entry, ...]]]:
    """Changes as they are noticed, with all models as they are then.

    A file that is still being written shows itself at every look, until it rests. look: all models, read
    in a thread; sleep: the clock's.
    """
    before = await look()
    while True:
        await sleep(seconds)
        after = await look()
        changes = differences(before, after)
        before = after
        if changes:
            yield changes, after
