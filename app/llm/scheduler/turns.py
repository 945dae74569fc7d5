"""How a generation waits, runs, gives way and goes on, so that its asker notices nothing but the time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from app.llm.port import Begun, Generation, Queued, Step
from app.llm.scheduler.door import Door, Place
from app.llm.scheduler.story import Story

Run = Callable[[Generation, Place], AsyncGenerator[Step, None]]
"""Generates in the slot of a place. It tells the place until when the slot is busy, comes to rest before
it ends, and ends without Finished when it was stopped."""


async def in_turn(
    door: Door, request: Generation, run: Run, *, shapes: bool = False
) -> AsyncGenerator[Step, None]:
    """The whole generation, in as many pieces of time as it gets. shapes: the engine goes on with JSON
    that has a schema where it was stopped."""
    place = door.come(request)
    story, begun = Story(request, shapes=shapes), False
    try:
        while True:
            async for position in place.wait():
                yield Queued(position)
            if not begun:
                begun = True
                yield Begun()
            async with aclosing(run(story.rest(), place)) as steps:
                async for step in steps:
                    for told in story.tell(step):
                        yield told
            place.leave()
            if story.ended or not place.called_off:
                return
            if (end := story.give_way()) is not None:
                yield end
                return
            place.again()
    finally:
        place.leave()
