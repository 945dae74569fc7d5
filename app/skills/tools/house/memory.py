"""What Solo remembers: searched, and forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import Field

from app.events.memory import ForgetEvent, ForgottenEvent, RecalledEvent, RecallEvent
from app.kernel.errors import BadInput
from app.skills.tools.functions import tool
from app.skills.tools.port import Caller
from app.skills.tools.surroundings import Surroundings

FOUND: Final = 8
LOOKED_THROUGH: Final = 200
FORGOTTEN: Final = 10
"""Lines that are forgotten at once; who means more says so at the command line."""
SHORTEST: Final = 3
ROOM: Final = 1_500
"""Tokens."""
SEARCH_MS: Final = 3_000.0


class MemoryTools:
    """See the module."""

    def __init__(self, around: Surroundings) -> None:
        self._bus = around.runtime.bus

    @tool(effects="none")
    async def search_memory(self, caller: Caller, about: str) -> str:
        """Look up in memory what the person said or told you before."""
        turns = () if caller.turn is None else (caller.turn,)
        request = RecallEvent(
            owner=caller.owner,
            query=about,
            limit=FOUND,
            exclude_turns=turns,
            budget_tokens=ROOM,
            budget_ms=SEARCH_MS,
        )
        found = (await self._bus.request(request, RecalledEvent)).memories
        if not found:
            return "Nothing is remembered about that."
        who = {"user": "the person", "assistant": "Solo"}
        return "\n".join(f"{one.created_at[:10]}, {who[one.speaker]}: {one.text}" for one in found)

    @tool(effects="own", confirm=True)
    async def forget_memory(
        self, caller: Caller, text: Annotated[str, Field(description="words that the memory holds")]
    ) -> str:
        """Delete remembered lines that hold these words: forget them."""
        wanted = " ".join(text.casefold().split())
        if len(wanted) < SHORTEST:
            raise BadInput("Say more of what is to be forgotten.")
        request = RecallEvent(
            owner=caller.owner,
            query=text,
            limit=LOOKED_THROUGH,
            budget_tokens=1_000_000,
            budget_ms=SEARCH_MS,
            loose=True,
        )
        found = (await self._bus.request(request, RecalledEvent)).memories
        ids = tuple(one.id for one in found if wanted in " ".join(one.text.casefold().split()))
        if not ids:
            return "Nothing that is remembered holds these words."
        if len(ids) > FORGOTTEN:
            raise BadInput(f"{len(ids)} memories hold these words. Say which ones are meant.")
        gone = await self._bus.request(ForgetEvent(owner=caller.owner, ids=ids), ForgottenEvent)
        return f"Forgotten: {gone.count} {'memory' if gone.count == 1 else 'memories'}."


def functions(around: Surroundings) -> list[Callable[..., Any]]:
    """None where nothing is remembered."""
    if not around.settings.memory.enabled:
        return []
    made = MemoryTools(around)
    return [made.search_memory, made.forget_memory]
