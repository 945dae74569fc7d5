"""How long an answer may still take."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

import anyio

from app.kernel.clock import Clock
from app.llm.port import TooLate

A = TypeVar("A")


class Deadline:
    """So many seconds from now on, of the clock's; None: as long as it takes."""

    def __init__(self, clock: Clock, seconds: float | None) -> None:
        self._clock = clock
        self._seconds = seconds
        self._began = clock.monotonic()

    def left(self) -> float | None:
        """Seconds; 0: it is over."""
        if self._seconds is None:
            return None
        return max(0.0, self._seconds - (self._clock.monotonic() - self._began))

    async def within(
        self, steps: AsyncGenerator[A, None], whole: Callable[[A], bool]
    ) -> AsyncGenerator[A, None]:
        """The same steps. Raises TooLate when the next one does not come in time; what makes them is
        called off by then. whole: after this one there is nothing to be late with."""
        done = False
        async with aclosing(steps):
            while True:
                left = float("inf") if done else self.left()
                if left == 0:
                    raise self.too_late()
                # Around each step alone: nothing is called off while the asker holds one.
                found: list[A] = []
                with anyio.move_on_after(left):
                    try:
                        found.append(await steps.__anext__())
                    except StopAsyncIteration:
                        return
                if not found:
                    raise self.too_late()
                done = done or whole(found[0])
                yield found[0]

    def too_late(self) -> TooLate:
        """The sentence for it."""
        return TooLate(
            f"The language model had {self._seconds or 0:g} s to answer, and they are over.",
            hint="Ask again, or allow more time.",
        )
