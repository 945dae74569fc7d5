"""Vectors of what was asked last: recall and the choice of tools ask for the same words at the same time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from anyio.abc import TaskGroup

from app.events.llm import EmbedEvent
from app.kernel.errors import SoloError

KEPT: Final = 32

Vectors: TypeAlias = tuple[tuple[float, ...], ...]


class Queries:
    """Each is made once, for whoever asks while it is made and for a while after; not across people.

    make: what makes the vectors of a request. group: in which they are made, so that an asker who is in a
    hurry may leave.
    """

    def __init__(self, make: Callable[[EmbedEvent], Awaitable[Vectors]], group: TaskGroup) -> None:
        self._make = make
        self._group = group
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], asyncio.Future[Vectors]] = OrderedDict()

    async def __call__(self, request: EmbedEvent) -> Vectors:
        """The vectors. Raises what making them raises."""
        key = (request.owner, request.texts)
        made = self._kept.get(key)
        if made is None:
            made = self._kept[key] = asyncio.get_running_loop().create_future()
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            self._group.start_soon(self._fill, key, made, request, name="embedding:query")
        self._kept.move_to_end(key)
        return await asyncio.shield(made)

    async def _fill(
        self, key: tuple[str, tuple[str, ...]], made: asyncio.Future[Vectors], request: EmbedEvent
    ) -> None:
        try:
            made.set_result(await self._make(request))
        except SoloError as error:
            self._kept.pop(key, None)
            made.set_exception(error)
            made.exception()  # whoever asked may have left
        finally:
            if not made.done():
                made.cancel()
