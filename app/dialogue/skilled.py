"""What needs no language model: asked of the skills, if there are any, before anybody thinks."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

import structlog

from app.dialogue.record import Record
from app.events.base import Answer
from app.events.dialogue import ReplyDeltaEvent, UserSaidEvent
from app.events.llm import LLMResponseEvent
from app.events.skills import HandledEvent, HandleEvent, UnderstandEvent, UnderstoodEvent
from app.kernel.bus import Bus
from app.kernel.errors import SoloError, TurnCancelled

log = structlog.get_logger("solo.dialogue")

UNDERSTAND_SECONDS: Final = 0.2
"""Whoever needs longer to understand is not asked."""


class Skilled:
    """Two steps: to understand changes nothing; to do what was asked for waits, if it changes
    anything, until the turn is committed."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def answer(
        self, said: UserSaidEvent, dialogue: str, record: Record
    ) -> AsyncGenerator[Answer, None]:
        """The reply of a skill; none, and no response in the record's reply, when the language model
        has to answer. Raises what a skill failed with."""
        found = await self._understood(said, record.text)
        if found is None:
            return
        if found.effects:
            await record.committed()
        request = HandleEvent(
            owner=said.owner,
            turn=said.turn,
            revision=said.revision,
            text=record.text,
            channel=said.channel,
            dialogue=dialogue,
            language=said.language,
        )
        done = await self._bus.request(request, HandledEvent)
        if not done.handled:
            return
        await record.begin()
        reply = record.reply
        reply.text, reply.finish, reply.skill = done.text, "stop", done.intent
        reply.response = LLMResponseEvent(text=done.text, finish="stop", model="")
        if done.text:
            yield ReplyDeltaEvent(owner=said.owner, turn=said.turn, revision=said.revision, text=done.text)

    async def _understood(self, said: UserSaidEvent, text: str) -> UnderstoodEvent | None:
        if self._bus.owner_of(UnderstandEvent) is None:
            return None
        request = UnderstandEvent(
            owner=said.owner,
            turn=said.turn,
            revision=said.revision,
            text=text,
            channel=said.channel,
            language=said.language,
        )
        try:
            found = await self._bus.request(request, UnderstoodEvent, timeout=UNDERSTAND_SECONDS)
        except TurnCancelled:
            raise
        except SoloError as error:
            log.warning("skills_failed", turn=said.turn, code=error.code)
            return None
        return found if found.intent else None
