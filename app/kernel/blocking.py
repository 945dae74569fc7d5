"""Blocking and CPU work, off the event loop, in a limited pool.

`Pool.run` is for calls that may share threads; a `Lane` is one thread of its own, for libraries
that want to be called from the same thread always (see the voice yardstick: a second calling
thread halves the speed of llama-cpp-python for good).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

P = ParamSpec("P")
T = TypeVar("T")


class Pool:
    """At most `size` blocking calls at a time."""

    def __init__(self, size: int = 8) -> None:
        self._limit = CapacityLimiter(size)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run it in a thread and wait. Cancelling leaves the thread to finish; its result is
        thrown away."""
        bound = partial(call, *args, **kwargs)
        return await to_thread.run_sync(bound, abandon_on_cancel=True, limiter=self._limit)


class Lane:
    """One thread that runs calls in order; a context manager."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run it on the thread after what was handed in before, and wait."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, partial(call, *args, **kwargs))

    def close(self) -> None:
        """Take no more calls; what waits is dropped, what runs is left to finish. Idempotent."""
        self._executor.shutdown(wait=False, cancel_futures=True)
