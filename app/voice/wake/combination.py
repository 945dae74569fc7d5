"""Whether all keys of a combination are down."""

from __future__ import annotations

from collections.abc import Callable, Hashable


class Combination:
    """Told of every key that goes down or up; calls `changed(True)` when the last of its keys goes
    down and `changed(False)` when the first goes up again. Repeated presses count once."""

    def __init__(self, keys: frozenset[Hashable], changed: Callable[[bool], None]) -> None:
        self._keys: set[Hashable] = set(keys)
        self._down: set[Hashable] = set()
        self._changed = changed

    def press(self, key: Hashable) -> None:
        """A key went down (or repeats)."""
        if key in self._keys and key not in self._down:
            self._down.add(key)
            if self._down == self._keys:
                self._changed(True)

    def release(self, key: Hashable) -> None:
        """A key went up."""
        if key in self._down:
            complete = self._down == self._keys
            self._down.discard(key)
            if complete:
                self._changed(False)
