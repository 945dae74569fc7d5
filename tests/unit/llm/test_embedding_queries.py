"""What several parts ask the vector of at the same time is computed once."""

from __future__ import annotations

import anyio
import pytest

from app.events.llm import EmbedEvent
from app.kernel.errors import Unavailable
from app.llm.embedding.queries import KEPT, Queries, Vectors

pytestmark = pytest.mark.anyio


class Slow:
    """Takes a second for each, and fails while it is told to."""

    def __init__(self) -> None:
        self.made: list[EmbedEvent] = []
        self.fails = False

    async def __call__(self, request: EmbedEvent) -> Vectors:
        self.made.append(request)
        await anyio.sleep(1)
        if self.fails:
            raise Unavailable("away")
        return ((float(len(request.texts[0])),),)


def asking(text: str, owner: str = "ada") -> EmbedEvent:
    return EmbedEvent(owner=owner, texts=(text,), query=True)


async def test_who_asks_the_same_at_once_or_later_shares_one_answer() -> None:
    slow = Slow()
    async with anyio.create_task_group() as group:
        queries = Queries(slow, group)
        async with anyio.create_task_group() as askers:
            for _ in range(3):
                askers.start_soon(queries, asking("hello"))
        assert await queries(asking("hello")) == ((5.0,),)
    assert len(slow.made) == 1


async def test_nothing_is_shared_between_people() -> None:
    slow = Slow()
    async with anyio.create_task_group() as group:
        queries = Queries(slow, group)
        await queries(asking("hello"))
        await queries(asking("hello", owner="bob"))
    assert [request.owner for request in slow.made] == ["ada", "bob"]


async def test_who_leaves_early_takes_nothing_from_the_others() -> None:
    slow = Slow()
    async with anyio.create_task_group() as group:
        queries = Queries(slow, group)
        with anyio.move_on_after(0.1):
            await queries(asking("hello"))
        assert await queries(asking("hello")) == ((5.0,),)
    assert len(slow.made) == 1


async def test_a_failure_is_told_and_not_kept() -> None:
    slow = Slow()
    async with anyio.create_task_group() as group:
        queries = Queries(slow, group)
        slow.fails = True
        with pytest.raises(Unavailable):
            await queries(asking("hello"))
        with anyio.move_on_after(0.1):
            await queries(asking("unheard"))
        slow.fails = False
        assert await queries(asking("hello")) == ((5.0,),)


async def test_only_the_latest_are_kept() -> None:
    slow = Slow()
    async with anyio.create_task_group() as group:
        queries = Queries(slow, group)
        for number in range(KEPT + 1):
            await queries(asking(f"question {number}"))
        await queries(asking("question 0"))
    assert len(slow.made) == KEPT + 2
