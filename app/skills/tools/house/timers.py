"""Timers, alarms and reminders: set, listed, put off and taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field

from app.events import skills as events
from app.events.skills import TimerKind, TimersEvent
from app.kernel.errors import BadInput
from app.skills.english.replies import EnglishReplies
from app.skills.replies import Set
from app.skills.tools.functions import tool
from app.skills.tools.house.moments import moment
from app.skills.tools.house.picking import means_all, picked
from app.skills.tools.port import Caller
from app.skills.tools.surroundings import Surroundings
from app.skills.when import to_local
from app.skills.zone import zone_of

At = Annotated[str, Field(description='"07:30", "tomorrow 7 pm", "every weekday 6:45"')]
Which = Annotated[str, Field(description='its name, or "all"')]

LONGEST_NAME: Final = 100


class TimerTools:
    """See the module. Requests carry no turn: what was begun is ended, even if the turn is called off."""

    def __init__(self, around: Surroundings) -> None:
        self._bus = around.runtime.bus
        self._clock = around.runtime.clock
        self._zone = zone_of(around.settings.skills.time_zone)
        self._say = EnglishReplies(around.settings.skills.hours)

    @tool(effects="own")
    async def set_timer(
        self,
        caller: Caller,
        minutes: float = 0,
        seconds: float = 0,
        hours: float = 0,
        at: Annotated[str, Field(description='or until "07:30"')] = "",
        name: str = "",
    ) -> str:
        """Start a timer: a countdown of minutes."""
        length = round(3600 * hours + 60 * minutes + seconds)
        if at and not length:
            return await self._set(caller, "timer", name, self._when(at, morning=False))
        if length <= 0:
            raise BadInput("Say how long: minutes, seconds or hours.")
        return await self._set(caller, "timer", name, {"seconds": length})

    @tool(effects="own")
    async def set_alarm(self, caller: Caller, at: At, name: str = "") -> str:
        """Set an alarm: wake the person to get up, or ring at a time of day."""
        return await self._set(caller, "alarm", name, self._when(at, morning=True))

    @tool(effects="own")
    async def set_reminder(
        self,
        caller: Caller,
        about: str,
        at: Annotated[str, Field(description='"in 20 minutes", "tomorrow at noon"')],
    ) -> str:
        """Remind the person of something at a time."""
        about = about.strip().removeprefix("to ")
        return await self._set(caller, "reminder", about, self._when(at, morning=False))

    @tool(effects="none")
    async def list_timers(self, caller: Caller) -> str:
        """Timers, alarms and reminders that are set, and how much time is left."""
        found = await self._listed(caller)
        return self._say.left([self._spoken(one) for one in found]) if found else "Nothing is set."

    @tool(effects="own")
    async def cancel_timer(self, caller: Caller, which: Which = "") -> str:
        """Cancel a timer, alarm or reminder, or delete all of them."""
        found = self._picked(which, await self._listed(caller), several=True)
        request = events.CancelTimersEvent(owner=caller.owner, ids=tuple(one.id for one in found))
        gone = await self._bus.request(request, TimersEvent)
        return self._say.cancelled([self._spoken(one) for one in gone.timers])

    @tool(effects="own")
    async def extend_timer(
        self,
        caller: Caller,
        minutes: Annotated[float, Field(description="negative: shorter")],
        which: Which = "",
    ) -> str:
        """Add time to a running timer."""
        running = [one for one in await self._listed(caller) if one.kind == "timer"]
        (found,) = self._picked(which, running, several=False)
        request = events.ExtendTimerEvent(owner=caller.owner, id=found.id, seconds=round(60 * minutes))
        return self._say.extended(self._spoken((await self._bus.request(request, TimersEvent)).timers[0]))

    @tool(effects="own")
    async def snooze(self, caller: Caller, minutes: float | None = None) -> str:
        """Snooze what is ringing: let the alarm ring again later."""
        seconds = None if minutes is None else max(1, round(60 * minutes))
        request = events.SnoozeEvent(owner=caller.owner, seconds=seconds)
        later = (await self._bus.request(request, TimersEvent)).timers
        return self._say.snoozed(self._spoken(later[0]) if later else None)

    # -- how -----------------------------------------------------------------------------------

    def _when(self, at: str, *, morning: bool) -> dict[str, Any]:
        return moment(at, self._clock.now(), self._zone, morning=morning)

    async def _set(self, caller: Caller, kind: TimerKind, name: str, when: dict[str, Any]) -> str:
        name = " ".join(name.split())[:LONGEST_NAME]
        request = events.SetTimerEvent(owner=caller.owner, kind=kind, name=name, **when)
        done = await self._bus.request(request, TimersEvent)
        return self._say.done_setting(self._spoken(done.timers[0]), running=True)

    async def _listed(self, caller: Caller) -> tuple[events.Timer, ...]:
        return (await self._bus.request(events.ListTimersEvent(owner=caller.owner), TimersEvent)).timers

    def _picked(self, which: str, timers: Sequence[events.Timer], *, several: bool) -> list[events.Timer]:
        found = picked(which, timers)
        if not found:
            there = self._say.left([self._spoken(one) for one in timers]) if timers else "Nothing is set."
            raise BadInput(f"There is no such timer. {there}")
        if len(found) > 1 and not (several and means_all(which)):
            raise BadInput(self._say.which([self._spoken(one) for one in found]))
        return found

    def _spoken(self, one: events.Timer) -> Set:
        due = to_local(datetime.fromisoformat(one.due_at), self._zone)
        now = to_local(self._clock.now(), self._zone)
        return Set(one.kind, one.name, due, now, one.seconds, one.days, one.left_seconds, one.ringing)


def functions(around: Surroundings) -> list[Callable[..., Any]]:
    """None where skills are switched off."""
    if not around.settings.skills.enabled:
        return []
    made = TimerTools(around)
    return [
        made.set_timer,
        made.set_alarm,
        made.set_reminder,
        made.list_timers,
        made.cancel_timer,
        made.extend_timer,
        made.snooze,
    ]
