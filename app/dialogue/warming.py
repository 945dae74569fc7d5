"""Letting the model read a dialogue while the person still speaks.

After a start the KV cache is empty, and to read an hour of talk takes seconds.  What stands before
the person's words is known when they begin, so it is read then.
"""

from __future__ import annotations

import anyio
import structlog

from app.config.llm import RoleSettings
from app.dialogue.context import prefix
from app.dialogue.history import History
from app.events.llm import LLMRequestEvent
from app.kernel.bus import Bus
from app.kernel.errors import SoloError

log = structlog.get_logger("solo.dialogue")


class Warming:
    """One dialogue at a time; what the model has read already is not read again."""

    def __init__(self, bus: Bus, history: History, role: RoleSettings) -> None:
        self._bus = bus
        self._history = history
        self._role = role
        self._scope = anyio.CancelScope()
        self._read: str | None = None
        """The spoken dialogue that the model read last."""

    async def read(self, owner: str, dialogue: str) -> None:
        """Let the model read what was said in it so far; failures do no harm."""
        if dialogue == self._read:
            return
        self._read = dialogue
        with anyio.CancelScope() as scope:
            self._scope = scope
            try:
                lines = await self._history.load(owner, dialogue)
                if not lines or scope.cancel_called:  # the database ends what it has begun
                    return  # without history there is only the system prompt, read at the start
                messages = prefix(self._role.system_prompt, lines)
                request = LLMRequestEvent(
                    owner=owner, messages=messages, priority="voice", dialogue=dialogue, read_only=True
                )
                async with self._bus.ask(request) as answers:
                    async for _ in answers:
                        pass
            except SoloError as error:
                log.debug("not_warmed", code=error.code)

    def over(self, dialogue: str) -> None:
        """A turn of this dialogue is about to be answered: what is read by now must do."""
        self._read = dialogue
        self._scope.cancel()
