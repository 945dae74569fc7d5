"""Asks the toolbox, on behalf of a turn: which tools there are, and what comes of a call."""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import structlog

from app.config.tools import ToolsSettings
from app.events.dialogue import UserSaidEvent
from app.events.llm import ToolCall
from app.events.tools import CallToolEvent, ListToolsEvent, Tool, ToolResultEvent, ToolsEvent
from app.kernel.bus import Bus
from app.kernel.errors import SoloError, TurnCancelled

log = structlog.get_logger("solo.dialogue")

LIST_SECONDS = 0.25
"""Whoever needs longer to say what there is, is not asked."""


class Tools:
    """Without a toolbox there are no tools, and Solo talks as ever."""

    def __init__(self, bus: Bus, settings: ToolsSettings) -> None:
        self._bus = bus
        self._settings = settings

    async def fitting(self, said: UserSaidEvent, text: str, also: Sequence[str] = ()) -> tuple[Tool, ...]:
        """Those that bear on the words; `also`: names that were called in this dialogue before."""
        settings = self._settings
        if not (settings.enabled and settings.offered) or self._bus.owner_of(ListToolsEvent) is None:
            return ()
        request = ListToolsEvent(
            owner=said.owner,
            turn=said.turn,
            revision=said.revision,
            query=text,
            limit=settings.offered,
            also=tuple(also),
        )
        try:
            return (await self._bus.request(request, ToolsEvent, timeout=LIST_SECONDS)).tools
        except TurnCancelled:
            raise
        except SoloError as error:
            log.warning("tools_failed", turn=said.turn, code=error.code)
            return ()

    async def call(
        self, said: UserSaidEvent, calls: Sequence[ToolCall], *, tainted: bool = False
    ) -> list[ToolResultEvent]:
        """Carry them out, some side by side; what comes of each, in order."""
        results: list[ToolResultEvent | None] = [None] * len(calls)
        places = anyio.CapacityLimiter(self._settings.at_once)

        async def one(place: int, call: ToolCall) -> None:
            async with places:
                results[place] = await self.one(said, call, tainted=tainted)

        async with anyio.create_task_group() as group:
            for place, call in enumerate(calls):
                group.start_soon(one, place, call)
        return [result for result in results if result is not None]

    async def one(
        self, said: UserSaidEvent, call: ToolCall, *, ticket: str = "", tainted: bool = False
    ) -> ToolResultEvent:
        """Carry one out. Whatever goes wrong is its result; raises TurnCancelled alone."""
        request = CallToolEvent(
            owner=said.owner,
            turn=said.turn,
            revision=said.revision,
            call=call,
            ticket=ticket,
            tainted=tainted,
        )
        try:
            return await self._bus.request(request, ToolResultEvent)
        except TurnCancelled:
            raise
        except SoloError as error:
            log.warning("tool_failed", turn=said.turn, tool=call.name, code=error.code)
            return ToolResultEvent(
                owner=said.owner,
                turn=said.turn,
                call_id=call.id,
                name=call.name,
                ok=False,
                text=error.message,
                code=error.code,
            )
