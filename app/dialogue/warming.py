"""Letting the model read while the person still speaks.

After a start the KV cache is empty, and to read an hour of talk takes seconds.  What stands before
the person's words is known when they begin, so it is read then; and so are the words themselves, as
far as they are understood.  What is read in vain costs nobody anything: only the person is speaking.
"""

from __future__ import annotations

import anyio
import structlog

from app.events.llm import ChatMessage, LLMRequestEvent, ToolSpec
from app.kernel.bus import Bus
from app.kernel.errors import SoloError

log = structlog.get_logger("solo.dialogue")


class Warming:
    """One reading at a time, and none in a dialogue that is being answered."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._scope = anyio.CancelScope()
        self._answering: set[str] = set()
        self._read: tuple[str, tuple[ChatMessage, ...], tuple[ToolSpec, ...]] | None = None
        """The dialogue and what was read of it last."""

    async def read(
        self,
        owner: str,
        dialogue: str,
        messages: tuple[ChatMessage, ...],
        tools: tuple[ToolSpec, ...] = (),
    ) -> None:
        """Let the model read these; failures do no harm. tools: what it is told of, too."""
        if dialogue in self._answering or self._read == (dialogue, messages, tools):
            return
        self._scope.cancel()
        self._read = dialogue, messages, tools
        with anyio.CancelScope() as scope:
            self._scope = scope
            try:
                request = LLMRequestEvent(
                    owner=owner,
                    messages=messages,
                    tools=tools,
                    priority="voice",
                    dialogue=dialogue,
                    read_only=True,
                )
                async with self._bus.ask(request) as answers:
                    async for _ in answers:
                        pass
            except SoloError as error:
                log.debug("not_warmed", code=error.code)

    def begin(self, dialogue: str) -> None:
        """A turn of this dialogue is about to be answered: what is read by now must do."""
        self._answering.add(dialogue)
        self._scope.cancel()

    def end(self, dialogue: str) -> None:
        """It is answered."""
        self._answering.discard(dialogue)
