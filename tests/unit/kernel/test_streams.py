"""Streams are bounded, closeable and honest about what they lose."""

from __future__ import annotations

import anyio
import pytest

from app.kernel.errors import DeviceLost, NotFound
from app.kernel.runtime import Runtime
from app.kernel.streams import Policy, Stream

pytestmark = pytest.mark.anyio


async def test_a_full_blocking_stream_makes_the_producer_wait() -> None:
    stream: Stream[int] = Stream(2)
    sent: list[int] = []

    async def produce() -> None:
        for number in range(4):
            await stream.send(number)
            sent.append(number)
        stream.close()

    async with anyio.create_task_group() as group:
        group.start_soon(produce)
        await anyio.sleep(1)
        assert sent == [0, 1]
        assert [n async for n in stream] == [0, 1, 2, 3]


async def test_a_full_dropping_stream_forgets_the_oldest_and_counts() -> None:
    stream: Stream[int] = Stream(2, Policy.DROP_OLDEST)
    for number in range(5):
        assert stream.offer(number)
    stream.close()
    assert [n async for n in stream] == [3, 4]
    assert stream.dropped == 3


async def test_an_error_reaches_the_consumer_after_what_came_before_it() -> None:
    stream: Stream[int] = Stream(4)
    stream.offer(1)
    stream.close(DeviceLost("The microphone is gone."))
    seen: list[int] = []
    with pytest.raises(DeviceLost):
        async for number in stream:
            seen.append(number)  # noqa: PERF401
    assert seen == [1]


async def test_abandoning_releases_a_waiting_producer() -> None:
    stream: Stream[int] = Stream(1)
    async with anyio.create_task_group() as group:
        stream.offer(1)
        group.start_soon(stream.send, 2)
        await anyio.sleep(1)
        stream.abandon()
    assert not stream.offer(3)


async def test_an_id_is_claimed_once(runtime: Runtime) -> None:
    key, stream = runtime.streams.open()
    assert runtime.streams.claim(key) is stream
    with pytest.raises(NotFound):
        runtime.streams.claim(key)
    other, _ = runtime.streams.open()
    runtime.streams.discard(other)
    assert len(runtime.streams) == 0
