"""Speech on its way to a client: its rate comes by the answers, its sound by a stream."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from app.api.dependencies import Deps
from app.events.voice import SpeakEvent, TTSEvent
from app.kernel.errors import BadInput, SoloError
from app.kernel.streams import Stream
from app.media.wav import Samples

Begin = Callable[[int], Awaitable[None]]
"""Told the rate, before the first sound."""
Take = Callable[[Samples], Awaitable[None]]
"""Given each stretch of sound."""


class Speaking:
    """One text that is spoken. speak: the request, its sink left open."""

    def __init__(self, deps: Deps, speak: SpeakEvent) -> None:
        self._deps = deps
        self._speak = speak
        self._rate: int | None = None
        self._known = anyio.Event()
        self._failed: SoloError | None = None

    async def into(self, begin: Begin, take: Take) -> None:
        """Speak all of it. Raises BadInput when there is nothing to be said, and what the voice raises."""
        key, stream = self._deps.runtime.streams.open()
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._read_answers, key, stream, name="api.say")
                await self._known.wait()
                if self._rate is not None:
                    await begin(self._rate)
                    await self._send(stream, take)
        finally:
            stream.abandon()
            self._deps.runtime.streams.discard(key)
        if self._failed is not None:
            raise self._failed
        if self._rate is None:
            raise BadInput("There is nothing to say in that text.")

    async def _send(self, stream: Stream[Samples], take: Take) -> None:
        try:
            async for samples in stream:
                await take(samples)
        except SoloError as error:
            self._failed = self._failed or error

    async def _read_answers(self, key: str, stream: Stream[Samples]) -> None:
        speak = self._speak.model_copy(update={"sink": key})
        seconds = self._deps.settings.api.timeout_seconds
        try:
            async with self._deps.runtime.bus.ask(speak, timeout=seconds) as answers:
                async for answer in answers:
                    if isinstance(answer, TTSEvent):
                        self._rate = self._rate or answer.rate
                        self._known.set()
        except SoloError as error:
            self._failed = error
        finally:
            stream.close()
            self._known.set()
