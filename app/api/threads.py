"""Which requests share what the model has read. No I/O, no clock.

Requests of one conversation come one after the other and go on with the same text; when several that
begin alike run at the same time, only one of them may have it, else they would wait for each other.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


class Threads:
    """The ones that are in use."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    @contextmanager
    def taken(self, key: str) -> Generator[str]:
        """This thread, or the next one like it that is free, while the context is open."""
        number, mine = 1, key
        while mine in self._used:
            number += 1
            mine = f"{key}#{number}"
        self._used.add(mine)
        try:
            yield mine
        finally:
            self._used.discard(mine)
