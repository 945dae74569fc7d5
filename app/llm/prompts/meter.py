"""What a chat template may cost: work, sizes, output.  A rule file: it counts, and knows no clock.

A template is a program from a stranger.  Everything that it does is paid for in units of about a tenth of
a microsecond; what one step costs grows with the largest thing that the template has in hand, since a step
may read or copy it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

WORK: Final = 2_000_000
"""Units for one rendering. A dialogue of a thousand messages takes some hundred thousand."""
LONGEST: Final = 8 << 20
"""Characters that a text may have, and everything in a list or the output together."""
MOST_ITEMS: Final = 100_000
DEEPEST: Final = 64
"""Lists within lists."""
MOST_BITS: Final = 256
"""Of a whole number."""
_ITEM: Final = 4
"""Steps of looking at one item of a list."""
_FREE: Final = 1 << 14
"""Characters that a step may read for nothing."""


class TooMuch(Exception):
    """The template wants more than it may have."""


class Meter:
    """Counts for one rendering; every method may raise TooMuch."""

    def __init__(self, work: int = WORK) -> None:
        self._left = work
        self._step = 1
        self._written = 0

    def spend(self, steps: int) -> None:
        """So many steps are taken."""
        self._left -= steps * self._step
        if self._left < 0:
            raise TooMuch("it takes too many steps")

    def text(self, length: int) -> None:
        """A text of this length comes into being."""
        if length > LONGEST:
            raise TooMuch("it makes a text that is too long")
        self._step = max(self._step, 1 + length // _FREE)

    def write(self, length: int) -> None:
        """So much is put out."""
        self._written += length
        if self._written > LONGEST:
            raise TooMuch("it writes too much")
        self.spend(1 + length // _FREE)

    def weigh(self, value: Any) -> Any:
        """Any value that comes into being; returned as it is."""
        if isinstance(value, str):
            self.text(len(value))
        elif isinstance(value, bool | float) or value is None:
            pass
        elif isinstance(value, int):
            if value.bit_length() > MOST_BITS:
                raise TooMuch("it makes a number that is too large")
        elif isinstance(value, list | tuple | dict):
            self.text(self._size(cast(Any, value)))
        return value

    def _size(self, value: Any) -> int:
        """Characters of all there is in it, each as often as it would be written."""
        size, items = 0, 0
        open_: list[tuple[int, Any]] = [(0, value)]
        while open_:
            depth, inner = open_.pop()
            items += 1
            if items > MOST_ITEMS or size > LONGEST or depth > DEEPEST:
                raise TooMuch("it makes a list that is too long")
            size += len(inner) if isinstance(inner, str) else 8
            if isinstance(inner, Mapping):
                open_ += ((depth + 1, part) for pair in inner.items() for part in pair)
            elif isinstance(inner, list | tuple):
                open_ += ((depth + 1, part) for part in cast(Iterable[Any], inner))
        self.spend(items * _ITEM)
        return size
