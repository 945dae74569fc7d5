"""Streams: bounded, closeable roads for audio, files and growing text.

A stream has one producer and one consumer.  What a full buffer means is a policy: `BLOCK` makes
the producer wait (loudspeaker, files), `DROP_OLDEST` forgets what is stale and counts it
(microphone).  Where a stream has to cross folders, an event carries its id and the other side
claims it from the registry.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Any, Generic, TypeVar

from app.kernel.clock import Clock
from app.kernel.errors import NotFound, SoloError

T = TypeVar("T")


class Policy(StrEnum):
    """What happens when the buffer is full."""

    BLOCK = "block"
    DROP_OLDEST = "drop_oldest"


class Stream(Generic[T]):
    """A bounded queue that can end, with or without an error.

    The consumer iterates; `close` lets it take what is left and then ends the iteration;
    `close(error)` ends it by raising. `abandon` is the consumer's word that it left: producers
    that wait are released and what they send from then on vanishes.
    """

    def __init__(self, size: int, policy: Policy = Policy.BLOCK, *, name: str = "stream") -> None:
        self.name = name
        self.dropped = 0
        self._size = size
        self._policy = policy
        self._items: deque[T] = deque()
        self._closed = False
        self._abandoned = False
        self._error: SoloError | None = None
        self._changed = asyncio.Event()

    def offer(self, item: T) -> bool:
        """Put it in without waiting; False when it found no room (BLOCK) or the stream is over."""
        if self._closed or self._abandoned:
            return False
        if len(self._items) >= self._size:
            if self._policy is Policy.BLOCK:
                return False
            self._items.popleft()
            self.dropped += 1
        self._items.append(item)
        self._wake()
        return True

    async def send(self, item: T) -> None:
        """Put it in, waiting for room under BLOCK. After the end it vanishes."""
        while not self.offer(item):
            if self._closed or self._abandoned:
                return
            await self._wait()

    def close(self, error: SoloError | None = None) -> None:
        """Nothing more will come; idempotent, the first error stands."""
        if not self._closed:
            self._closed = True
            self._error = error
            self._wake()

    def abandon(self) -> None:
        """Nobody will take more."""
        self._abandoned = True
        self._items.clear()
        self._wake()

    @property
    def closed(self) -> bool:
        """No more will come (some may still wait to be taken)."""
        return self._closed

    @property
    def abandoned(self) -> bool:
        """The consumer has left."""
        return self._abandoned

    def __len__(self) -> int:
        return len(self._items)

    async def take(self) -> T | None:
        """The next item, None after the last one. Raises what the stream was closed with."""
        while not self._items:
            if self._closed or self._abandoned:
                if self._error is not None:
                    raise self._error
                return None
            await self._wait()
        item = self._items.popleft()
        self._wake()
        return item

    async def __aiter__(self) -> AsyncIterator[T]:
        while (item := await self.take()) is not None:
            yield item

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _wake(self) -> None:
        self._changed.set()


class Streams:
    """The registry: who holds an id may claim the stream, once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, Stream[Any]] = {}

    def open(self, size: int = 64, policy: Policy = Policy.BLOCK) -> tuple[str, Stream[Any]]:
        """A new stream and its id. Who opens it says so again with `discard` when all is over."""
        key = self._clock.new_id()
        stream: Stream[Any] = Stream(size, policy, name=key)
        self._open[key] = stream
        return key, stream

    def claim(self, key: str) -> Stream[Any]:
        """Take the stream of this id; a second claim, or an unknown id, is NotFound."""
        try:
            return self._open.pop(key)
        except KeyError:
            raise NotFound(f"There is no open stream {key}.") from None

    def discard(self, key: str) -> None:
        """Forget an id that nobody claimed; idempotent."""
        self._open.pop(key, None)

    def __len__(self) -> int:
        return len(self._open)
