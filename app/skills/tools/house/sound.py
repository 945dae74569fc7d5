"""How loud and how fast Solo speaks.

The skill that keeps both is told in a sentence, as a person would tell it: it remembers them, and the
parts that obey hear of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from app.events.skills import HandledEvent, HandleEvent
from app.kernel.errors import Unavailable
from app.skills.tools.functions import tool
from app.skills.tools.port import Caller
from app.skills.tools.surroundings import Surroundings

Pace = Literal["slower", "faster", "normal"]

SENTENCES: Final[dict[Pace, str]] = {
    "slower": "Speak slower",
    "faster": "Speak faster",
    "normal": "Speak at normal speed",
}


class SoundTools:
    """See the module."""

    def __init__(self, around: Surroundings) -> None:
        self._bus = around.runtime.bus

    @tool(effects="own")
    async def set_volume(self, caller: Caller, percent: Annotated[int, Field(ge=0, le=150)]) -> str:
        """Make Solo's own voice louder or quieter: its volume."""
        return await self._done(caller, f"Volume {percent} percent")

    @tool(effects="own")
    async def set_speaking_rate(self, caller: Caller, pace: Pace) -> str:
        """Let Solo's voice talk at another pace."""
        return await self._done(caller, SENTENCES[pace])

    async def _done(self, caller: Caller, sentence: str) -> str:
        request = HandleEvent(owner=caller.owner, text=sentence, channel="api", language="en")
        done = await self._bus.request(request, HandledEvent)
        if not done.handled:
            raise Unavailable("That cannot be changed at the moment.")
        return done.text


def functions(around: Surroundings) -> list[Callable[..., Any]]:
    """None where there is nobody to tell, or no voice."""
    if not (around.settings.skills.enabled and around.settings.voice.enabled):
        return []
    made = SoundTools(around)
    return [made.set_volume, made.set_speaking_rate]
