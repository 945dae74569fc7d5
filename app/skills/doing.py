"""Does what was understood, and says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

import structlog

from app.config.skills import SkillsSettings
from app.events import skills as events
from app.events.dialogue import DialoguesEvent, ReadDialoguesEvent, StoredMessageEvent
from app.events.llm import ChooseModelEvent, ListModelsEvent, ModelChosenEvent, ModelsEvent
from app.events.skills import HandleEvent, TimersEvent
from app.events.voice import StopSpeakingEvent
from app.kernel.errors import BadInput, SoloError, Unavailable
from app.kernel.runtime import Runtime
from app.skills import intents
from app.skills.intents import AskWhen, Chosen, Intent, Kind
from app.skills.models import pick, spoken
from app.skills.replies import Replies, Set
from app.skills.sound import STEP, Sound
from app.skills.unsaid import unsaid
from app.skills.when import resolve, to_local
from app.skills.zone import zone_of

log = structlog.get_logger("solo.skills")

BACK: Final = 40
"""Messages that are looked through for what was said last."""


class Doing:
    """See the module. running: False for a single command, after which nothing would ring."""

    def __init__(
        self, runtime: Runtime, settings: SkillsSettings, sound: Sound, *, running: bool = True
    ) -> None:
        self._bus = runtime.bus
        self._clock = runtime.clock
        self._zone: tzinfo | None = zone_of(settings.time_zone)
        self._sound = sound
        self._running = running
        self._ways: dict[type[Intent], Callable[[Any, HandleEvent, Replies], Awaitable[str | None]]] = {
            intents.TellTime: self._time,
            intents.TellDate: self._date,
            intents.SetTimer: self._set_timer,
            intents.SetTimers: self._set_timers,
            intents.SetAlarm: self._set_alarm,
            intents.SetReminder: self._set_reminder,
            intents.AskWhen: self._ask_when,
            intents.AskTimers: self._ask_timers,
            intents.CancelTimers: self._cancel,
            intents.ExtendTimer: self._extend,
            intents.Unable: self._unable,
            intents.Snooze: self._snooze,
            intents.ChangeVolume: self._volume,
            intents.TellVolume: self._tell_volume,
            intents.ChangeSpeed: self._speed,
            intents.UseModel: self._use_model,
            intents.TellModel: self._tell_model,
            intents.Repeat: self._repeat,
            intents.GoOn: self._go_on,
            intents.TellSaid: self._said,
            intents.Help: self._help,
            intents.Stop: self._stop,
        }

    async def __call__(self, intent: Intent, asked: HandleEvent, say: Replies) -> str | None:
        """The reply, None when it is nothing for a skill after all. Raises SoloError when something that
        is needed is away."""
        return await self._ways[type(intent)](intent, asked, say)

    # -- time ----------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return to_local(self._clock.now(), self._zone)

    async def _time(self, _: intents.TellTime, __: HandleEvent, say: Replies) -> str:
        return say.time(self._now())

    async def _date(self, intent: intents.TellDate, _: HandleEvent, say: Replies) -> str:
        return say.date(intent, self._now() + timedelta(days=intent.offset))

    # -- setting -------------------------------------------------------------------------------

    async def _set_timer(self, intent: intents.SetTimer, asked: HandleEvent, say: Replies) -> str:
        return await self._set(asked, say, kind="timer", name=intent.name, seconds=intent.seconds)

    async def _set_timers(self, intent: intents.SetTimers, asked: HandleEvent, say: Replies) -> str:
        return " ".join([await self._set_timer(one, asked, say) for one in intent.timers])

    async def _set_alarm(self, intent: intents.SetAlarm, asked: HandleEvent, say: Replies) -> str:
        return await self._set_at(intent.when, asked, say, "alarm", intent.name)

    async def _set_reminder(self, intent: intents.SetReminder, asked: HandleEvent, say: Replies) -> str:
        return await self._set_at(intent.when, asked, say, "reminder", intent.what)

    async def _set_at(
        self, when: intents.When, asked: HandleEvent, say: Replies, kind: Kind, name: str
    ) -> str:
        if when.seconds is not None:
            return await self._set(asked, say, kind=kind, name=name, seconds=when.seconds)
        found = resolve(when, self._clock.now(), self._zone, morning=kind == "alarm")
        if found is None:
            return say.too_late()
        if found.days:
            return await self._set(asked, say, kind=kind, name=name, days=found.days, at=found.at)
        return await self._set(asked, say, kind=kind, name=name, due_at=found.due.isoformat())

    async def _set(self, asked: HandleEvent, say: Replies, **what: Any) -> str:
        request = events.SetTimerEvent(owner=asked.owner, turn=asked.turn, **what)
        try:
            done = await self._bus.request(request, TimersEvent)
        except BadInput as error:
            return error.message
        return say.done_setting(self._spoken(done.timers[0]), running=self._running)

    async def _ask_when(self, intent: AskWhen, _: HandleEvent, say: Replies) -> str:
        return say.when_then(intent.kind)

    # -- what is set ---------------------------------------------------------------------------

    async def _ask_timers(self, intent: intents.AskTimers, asked: HandleEvent, say: Replies) -> str:
        found = _chosen(intent, (await self._listed(asked)).timers)
        if intent.kind is None:  # "how long left" is asked of what counts down, if anything does
            found = [one for one in found if one.kind == "timer"] or found
        return say.left([self._spoken(one) for one in found]) if found else say.none_set(intent)

    async def _cancel(self, intent: intents.CancelTimers, asked: HandleEvent, say: Replies) -> str:
        timers = (await self._listed(asked)).timers
        if not (intent.name or intent.every or intent.when) and any(
            one.ringing and one.kind == intent.kind for one in timers
        ):
            # "Stop the alarm" while it rings: this once, not for all days to come.
            self._bus.publish(StopSpeakingEvent(owner=asked.owner))
            return say.stopped(forget=False)
        found = _chosen(intent, timers)
        if intent.when is not None:
            due = resolve(intent.when, self._clock.now(), self._zone, morning=intent.kind == "alarm")
            found = [one for one in found if due and one.due_at == due.due.isoformat()]
        if not found:
            return say.none_set(intent)
        if len(found) > 1 and not intent.every:
            return say.which([self._spoken(one) for one in found])
        ids = tuple(one.id for one in found)
        request = events.CancelTimersEvent(owner=asked.owner, turn=asked.turn, ids=ids)
        gone = await self._bus.request(request, TimersEvent)
        return say.cancelled([self._spoken(one) for one in gone.timers])

    async def _extend(self, intent: intents.ExtendTimer, asked: HandleEvent, say: Replies) -> str:
        wanted = intents.AskTimers("timer", intent.name)
        found = _chosen(wanted, (await self._listed(asked)).timers)
        if not found:
            return say.none_set(wanted)
        if len(found) > 1:
            return say.which([self._spoken(one) for one in found])
        request = events.ExtendTimerEvent(
            owner=asked.owner, turn=asked.turn, id=found[0].id, seconds=intent.seconds
        )
        return say.extended(self._spoken((await self._bus.request(request, TimersEvent)).timers[0]))

    async def _snooze(self, intent: intents.Snooze, asked: HandleEvent, say: Replies) -> str:
        request = events.SnoozeEvent(owner=asked.owner, turn=asked.turn, seconds=intent.seconds)
        later = (await self._bus.request(request, TimersEvent)).timers
        return say.snoozed(self._spoken(later[0]) if later else None)

    async def _unable(self, _: intents.Unable, __: HandleEvent, say: Replies) -> str:
        return say.unable()

    async def _listed(self, asked: HandleEvent) -> TimersEvent:
        request = events.ListTimersEvent(owner=asked.owner, turn=asked.turn)
        return await self._bus.request(request, TimersEvent)

    def _spoken(self, one: events.Timer) -> Set:
        due = to_local(datetime.fromisoformat(one.due_at), self._zone)
        now = self._now()
        return Set(one.kind, one.name, due, now, one.seconds, one.days, one.left_seconds, one.ringing)

    # -- sound ---------------------------------------------------------------------------------

    async def _volume(self, intent: intents.ChangeVolume, _: HandleEvent, say: Replies) -> str:
        wanted = self._sound.percent + STEP * intent.by if intent.by else self._sound.before_mute
        await self._sound.set_volume(wanted if intent.level is None else intent.level)
        return say.volume(self._sound.percent, asked=False)

    async def _tell_volume(self, _: intents.TellVolume, __: HandleEvent, say: Replies) -> str:
        return say.volume(self._sound.percent, asked=True)

    async def _speed(self, intent: intents.ChangeSpeed, _: HandleEvent, say: Replies) -> str:
        await self._sound.change_speed(intent.by)
        return say.speed(intent.by)

    # -- thinking ------------------------------------------------------------------------------

    async def _use_model(self, intent: intents.UseModel, asked: HandleEvent, say: Replies) -> str:
        name = ""
        if intent.wanted:
            found = pick(intent.wanted, intent.which, (await self._models(asked)).models)
            if found is None:
                return say.no_model(intent.wanted, away=intent.which == "cloud")
            name = found.name
        request = ChooseModelEvent(owner=asked.owner, turn=asked.turn, model=name)
        try:
            chain = (await self._bus.request(request, ModelChosenEvent)).chain
        except SoloError as error:
            log.warning("model_not_chosen", model=name, code=error.code)
            return say.model_away(spoken(name.partition(":")[2]))
        return say.model(spoken(chain.targets[0].partition(":")[2]), switched=True)

    async def _tell_model(self, _: intents.TellModel, asked: HandleEvent, say: Replies) -> str:
        chains = (await self._models(asked)).roles
        answering = next(chain for chain in chains if chain.role == "generation")
        return say.model(spoken(answering.targets[0].partition(":")[2]), switched=False)

    async def _models(self, asked: HandleEvent) -> ModelsEvent:
        return await self._bus.request(ListModelsEvent(owner=asked.owner, turn=asked.turn), ModelsEvent)

    # -- talk ----------------------------------------------------------------------------------

    async def _repeat(self, _: intents.Repeat, asked: HandleEvent, say: Replies) -> str:
        lines = await self._lines(asked)
        last = next((line for line in reversed(lines) if line.role == "assistant" and line.content), None)
        return last.content if last else say.nothing_said("solo")

    async def _go_on(self, _: intents.GoOn, asked: HandleEvent, __: Replies) -> str | None:
        return unsaid(await self._lines(asked)) or None

    async def _said(self, _: intents.TellSaid, asked: HandleEvent, say: Replies) -> str:
        lines = await self._lines(asked)
        last = next((line for line in reversed(lines) if line.role == "user" and line.content), None)
        return say.you_said(last.content) if last else say.nothing_said("person")

    async def _lines(self, asked: HandleEvent) -> Sequence[StoredMessageEvent]:
        """What was said in this dialogue before this turn."""
        try:
            request = ReadDialoguesEvent(owner=asked.owner, limit=BACK)
            found = await self._bus.request(request, DialoguesEvent)
        except Unavailable:
            return ()
        return [m for m in found.messages if m.turn != asked.turn and asked.dialogue in (None, m.dialogue)]

    async def _help(self, _: intents.Help, __: HandleEvent, say: Replies) -> str:
        return say.help()

    async def _stop(self, intent: intents.Stop, asked: HandleEvent, say: Replies) -> str:
        if not intent.forget:
            self._bus.publish(StopSpeakingEvent(owner=asked.owner))
        return say.stopped(forget=intent.forget)


def _chosen(wanted: Chosen, timers: Sequence[events.Timer]) -> list[events.Timer]:
    """The ones that are meant."""
    name = _plain(wanted.name)
    found = [
        one
        for one in timers
        if wanted.kind in (None, one.kind)
        and (not wanted.seconds or one.seconds == wanted.seconds)
        and (not name or name in _plain(one.name))
    ]
    exact = [one for one in found if _plain(one.name) == name]
    return exact if name and exact else found


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("the ", "").split())
