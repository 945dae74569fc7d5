"""One call of a tool, from the words of the model to a result: checked, asked back about, run, bounded.

Nothing that goes wrong in a tool is an error here: it is a result, with a sentence that the model can
tell or do better by.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Final

import anyio
import structlog
from anyio.abc import TaskGroup

from app.config.tools import ToolsSettings
from app.events.tools import CallToolEvent, Tool, ToolCalledEvent, ToolResultEvent
from app.kernel.errors import Busy, NotFound, SoloError, TurnCancelled
from app.kernel.runtime import Runtime
from app.skills.tools.arguments import checked, parsed
from app.skills.tools.confirming import Asked, Tickets, needs_yes, question
from app.skills.tools.permissions import may
from app.skills.tools.port import Caller, ToolSource
from app.skills.tools.results import failure, fitted
from app.skills.tools.running import GivenUp, outcome
from app.skills.tools.toolbox import Toolbox

log = structlog.get_logger("solo.tools")

AT_A_TIME: Final = 32
"""Tools that run side by side, whoever called them."""
STUCK: Final = 4
"""Calls of one tool that were given up and did not end; then it is called no more until one does."""
NOT_YET: Final = "Nothing was done yet: the person has to be asked first."


class Calling:
    """See the module. The group is that in which calls run to their end that change something, also when
    nobody waits for them any more."""

    def __init__(self, runtime: Runtime, settings: ToolsSettings, toolbox: Toolbox, group: TaskGroup) -> None:
        self._runtime = runtime
        self._settings = settings
        self._toolbox = toolbox
        self._group = group
        self._tickets = Tickets()
        self._room = anyio.Semaphore(AT_A_TIME)
        self._stuck: Counter[str] = Counter()

    def usable(self, owner: str) -> dict[str, tuple[Tool, ToolSource]]:
        """What this person may use, by name."""
        people = self._settings.people
        return {name: found for name, found in self._toolbox.tools().items() if may(people, owner, name)}

    async def __call__(self, asked: CallToolEvent) -> ToolResultEvent:
        """Carry it out."""
        try:
            tool, arguments, source = self._redeemed(asked) if asked.ticket else self._read(asked)
        except SoloError as error:
            return _result(asked, None, *failure(asked.call.name[:64], error))
        confirmed = bool(asked.ticket)
        if not confirmed and needs_yes(tool, self._settings.confirm, tainted=asked.tainted):
            return self._ask_back(asked, tool, arguments)
        return await self._run(asked, tool, source, arguments)

    # -- before it runs ------------------------------------------------------------------------

    def _read(self, asked: CallToolEvent) -> tuple[Tool, dict[str, Any], ToolSource]:
        """Raises NotFound, BadInput."""
        tool, source = self._found(asked.call.name, asked.owner)
        return tool, checked(parsed(asked.call.arguments), tool.parameters), source

    def _redeemed(self, asked: CallToolEvent) -> tuple[Tool, dict[str, Any], ToolSource]:
        """Raises NotFound: there is no such ticket (any more), or the tool is not what it was."""
        kept = self._tickets.take(asked.ticket, asked.owner, self._runtime.clock.monotonic())
        if kept is None:
            raise NotFound("There is no call that waits for this yes (any more).")
        tool, source = self._found(kept.tool.name, asked.owner)
        if tool != kept.tool:
            raise NotFound(f"{tool.name} is no longer what the person was asked about.")
        return tool, kept.arguments, source

    def _found(self, name: str, owner: str) -> tuple[Tool, ToolSource]:
        usable = self.usable(owner)
        if name in usable:
            return usable[name]
        near = get_close_matches(name[:64], usable, n=1)
        raise NotFound(f"There is no tool called {name[:64]!r}.", hint=_instead(near))

    def _ask_back(self, asked: CallToolEvent, tool: Tool, arguments: dict[str, Any]) -> ToolResultEvent:
        clock = self._runtime.clock
        now, ticket = clock.monotonic(), clock.new_id()
        kept = Asked(asked.owner, tool, arguments, now + self._settings.confirm_seconds)
        self._tickets.keep(ticket, kept, now)
        result = _result(asked, tool, "", NOT_YET)
        return result.model_copy(update={"question": question(tool, arguments), "ticket": ticket})

    # -- running -------------------------------------------------------------------------------

    async def _run(
        self, asked: CallToolEvent, tool: Tool, source: ToolSource, arguments: dict[str, Any]
    ) -> ToolResultEvent:
        began = self._runtime.clock.monotonic()
        if self._stuck[tool.name] >= STUCK:
            busy = Busy(f"The tool {tool.name} still hangs from earlier calls.")
            return _result(asked, tool, *failure(tool.name, busy))
        with anyio.move_on_after(self._settings.timeout_seconds) as waiting:
            await self._room.acquire()
        if waiting.cancelled_caught:
            return _result(asked, tool, *failure(tool.name, Busy("Too many tools are at work. Try later.")))
        left = self._settings.timeout_seconds - (self._runtime.clock.monotonic() - began)
        if tool.effects == "none":
            return await self._carried_out(asked, tool, source, arguments, left)
        done: asyncio.Future[ToolResultEvent] = asyncio.get_running_loop().create_future()

        async def to_its_end() -> None:
            result = await self._carried_out(asked, tool, source, arguments, left)
            if not done.done():
                done.set_result(result)

        self._group.start_soon(to_its_end, name=f"tools:{tool.name}")
        return await done

    async def _carried_out(
        self, asked: CallToolEvent, tool: Tool, source: ToolSource, arguments: dict[str, Any], seconds: float
    ) -> ToolResultEvent:
        """Have it run; in any case it is told that it did."""
        clock = self._runtime.clock
        began, code = clock.monotonic(), TurnCancelled.code
        caller = Caller(asked.owner, asked.turn, asked.revision)
        try:
            work = source.call(tool.name, arguments, caller)
            said = await outcome(work, max(0.001, seconds), lambda task: self._abandon(tool.name, task))
            result = self._told(asked, tool, said)
            code = result.code
        finally:
            self._room.release()
            ms = round(1000 * (clock.monotonic() - began), 1)
            log.info("tool_called", tool=tool.name, source=tool.source, code=code or "ok", ms=ms)
            fact = ToolCalledEvent(
                owner=asked.owner,
                turn=asked.turn,
                revision=asked.revision,
                name=tool.name,
                source=tool.source,
                ok=not code,
                code=code,
                ms=ms,
            )
            self._runtime.bus.publish(fact)
        return result

    def _abandon(self, name: str, task: asyncio.Task[Any]) -> None:
        self._stuck[name] += 1
        task.add_done_callback(lambda _: self._stuck.subtract((name,)))

    def _told(self, asked: CallToolEvent, tool: Tool, said: str | BaseException) -> ToolResultEvent:
        if isinstance(said, GivenUp):
            said = GivenUp(self._too_late(tool))
        if isinstance(said, BaseException):
            return _result(asked, tool, *failure(tool.name, said))
        if not isinstance(said, str):  # pyright: ignore[reportUnnecessaryIsInstance]  (others wrote it)
            return _result(asked, tool, "bug", f"The tool {tool.name} gave no text.")
        return _result(asked, tool, "", fitted(said, self._settings.result_chars), ok=True)

    def _too_late(self, tool: Tool) -> str:
        seconds = self._settings.timeout_seconds
        late = f"The tool {tool.name} took longer than {seconds:g} seconds and was given up."
        return late if tool.effects == "none" else f"{late} Whether it was done is not known."


def _result(
    asked: CallToolEvent, tool: Tool | None, code: str, text: str, *, ok: bool = False
) -> ToolResultEvent:
    return ToolResultEvent(
        owner=asked.owner,
        turn=asked.turn,
        revision=asked.revision,
        call_id=asked.call.id,
        name=tool.name if tool else asked.call.name[:64],
        ok=ok,
        text=text,
        code=code,
        effects=tool.effects if tool else "none",
        outside=tool.outside if tool else False,
    )


def _instead(near: Sequence[str]) -> str:
    return f"Did you mean {near[0]}?" if near else ""
