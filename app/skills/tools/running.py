"""Running what others wrote: it ends in time, and whatever it does, it does to nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import anyio

from app.kernel.errors import Interrupted, TimedOut, Unavailable

T = TypeVar("T")

GRACE_SECONDS: Final = 1.0
"""What is called off may take so long to clean up; then it is left alone."""


class GivenUp(TimedOut):
    """It took too long and was called off."""


async def outcome(
    work: Coroutine[Any, Any, T],
    seconds: float | None = None,
    abandoned: Callable[[asyncio.Task[Any]], None] | None = None,
) -> T | BaseException:
    """What it gave, or how it failed: GivenUp after so many seconds. Leaving this calls it off.

    It runs in a task of its own, so one that does not let itself be called off holds nobody up; `abandoned`
    is told of its task.
    """
    task = asyncio.ensure_future(_guarded(work))
    task.add_done_callback(_noticed)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        late = not task.done()
        if late:
            task.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.wait({task}, timeout=GRACE_SECONDS)
            if abandoned is not None and not task.done():
                abandoned(task)
    if not task.done() or (late and task.cancelled()):
        return GivenUp()
    if task.cancelled():
        return Interrupted("It broke off.")
    return task.exception() or task.result()


async def _guarded(work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    except SystemExit as error:  # would end Solo
        raise Unavailable("It ended itself.") from error


def _noticed(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()  # else the loop complains of one that nobody looked at
