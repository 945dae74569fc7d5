"""Earlier conversations, searched by their words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import Field

from app.events.dialogue import DialoguesEvent, ReadDialoguesEvent
from app.skills.tools.functions import tool
from app.skills.tools.port import Caller
from app.skills.tools.surroundings import Surroundings

FOUND: Final = 8
LONGEST: Final = 200


class TalkTools:
    """See the module."""

    def __init__(self, around: Surroundings) -> None:
        self._bus = around.runtime.bus

    @tool(effects="none")
    async def search_conversations(
        self, caller: Caller, words: Annotated[str, Field(description="all of which were said")]
    ) -> str:
        """Search earlier conversations and chats for words."""
        request = ReadDialoguesEvent(owner=caller.owner, words=words, limit=FOUND + 2)
        found = (await self._bus.request(request, DialoguesEvent)).messages
        # What was said a moment ago holds the words, too.
        earlier = [one for one in found if caller.turn is None or one.turn != caller.turn][-FOUND:]
        if not earlier:
            return "Nothing was said with these words."
        who = {"user": "the person", "assistant": "Solo"}
        return "\n".join(
            f"{one.created_at[:16].replace('T', ' ')}, {who[one.role]}: {_cut(one.content)}"
            for one in earlier
        )


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def functions(around: Surroundings) -> list[Callable[..., Any]]:
    """All of them."""
    return [TalkTools(around).search_conversations]
