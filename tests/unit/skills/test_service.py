"""Understanding and doing, with timers and preferences in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from app.config.skills import SkillsSettings
from app.config.voice import VoiceSettings
from app.events.base import Answer
from app.events.dialogue import DialoguesEvent, ReadDialoguesEvent, StoredMessageEvent
from app.events.skills import (
    HandledEvent,
    HandleEvent,
    SpeakingRateEvent,
    UnderstandEvent,
    UnderstoodEvent,
    VolumeEvent,
)
from app.events.system import ServiceStateEvent
from app.events.voice import StopSpeakingEvent
from app.kernel.runtime import Runtime
from app.skills.service import SkillsService
from app.skills.sound import Sound
from tests.unit.skills.keeping import Keeping, keeping, mouth

pytestmark = pytest.mark.anyio


@dataclass
class Notes:
    """Preferences in memory."""

    kept: dict[str, str] = field(default_factory=dict)

    async def read(self, owner: str) -> dict[str, str]:
        return dict(self.kept)

    async def write(self, owner: str, name: str, value: str) -> None:
        self.kept[name] = value


@dataclass
class Skills:
    runtime: Runtime
    timers: Keeping
    notes: Notes
    facts: list[Any] = field(default_factory=list)

    async def say(self, text: str, **how: Any) -> str:
        how = {"channel": "voice", "turn": self.runtime.clock.new_id(), **how}
        done = await self.runtime.bus.request(HandleEvent(text=text, **how), HandledEvent)
        assert done.handled, f"nobody took {text!r}"
        return done.text

    async def takes(self, text: str, **how: Any) -> UnderstoodEvent:
        request = UnderstandEvent(text=text, channel="voice", **how)
        return await self.runtime.bus.request(request, UnderstoodEvent)

    def all(self, kind: type) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


@asynccontextmanager
async def skills(
    runtime: Runtime, notes: Notes | None = None, *, running: bool = True, **settings: Any
) -> AsyncIterator[Skills]:
    notes = notes or Notes()
    sound = Sound(runtime.bus, VoiceSettings(), notes)
    chosen = SkillsSettings(time_zone="Europe/Berlin", **settings)
    service = SkillsService(runtime, chosen, sound, running=running)
    async with keeping(runtime, **settings) as timers, anyio.create_task_group() as group:
        made = Skills(runtime, timers, notes)

        async def listen() -> None:
            with runtime.bus.subscribe(VolumeEvent, SpeakingRateEvent, StopSpeakingEvent, name="t") as facts:
                async for fact in facts:
                    made.facts.append(fact)

        group.start_soon(listen)
        await anyio.lowlevel.checkpoint()
        ready = anyio.Event()
        group.start_soon(service.run, ready.set)
        await ready.wait()
        yield made
        group.cancel_scope.cancel()


async def test_time_and_date_are_told_as_they_are_there(runtime: Runtime) -> None:
    async with skills(runtime) as solo:  # 2026-01-01 00:16 UTC
        assert await solo.say("What time is it?") == "It's 1:16 AM."
        assert await solo.say("What's the date?") == "Today is Thursday, January 1."
        assert await solo.say("What day is tomorrow?") == "Tomorrow is Friday, January 2."
        assert await solo.say("What year is it?") == "It's 2026."
    async with skills(runtime, hours="24") as solo:
        assert await solo.say("What time is it?") == "It's 1:16."


async def test_understanding_changes_nothing(runtime: Runtime) -> None:
    async with skills(runtime) as solo:
        found = await solo.takes("Set a timer for ten minutes")
        assert (found.intent, found.whole, found.effects) == ("SetTimer", True, True)
        assert not (await solo.takes("Remind me to call Mum")).whole
        assert not (await solo.takes("Remind me at five")).whole
        assert not (await solo.takes("What time is it?")).effects
        assert (await solo.takes("Tell me a story.")).intent == ""
        assert not solo.timers.shelf.rows


async def test_what_no_skill_takes_is_handed_back(runtime: Runtime) -> None:
    async with skills(runtime):
        request = HandleEvent(text="Tell me a story.", channel="api")
        assert not (await runtime.bus.request(request, HandledEvent)).handled


async def test_a_language_without_skills_is_left_to_the_model(runtime: Runtime) -> None:
    async with skills(runtime) as solo:
        assert (await solo.takes("Stop", language="de")).intent == ""
        assert (await solo.takes("Stop", language="en-GB")).intent == "Stop"


async def test_a_timer_is_set_asked_for_and_cancelled(runtime: Runtime) -> None:
    async with skills(runtime) as solo:
        assert await solo.say("Set a pasta timer for ten minutes") == "Pasta timer set for 10 minutes."
        await anyio.sleep(60)
        assert await solo.say("How long left?") == "9 minutes left on the pasta timer."
        await solo.say("Set a timer for an hour")
        assert await solo.say("What timers do I have?") == (
            "You have 2 timers: 9 minutes left on the pasta timer and 1 hour left on the 1 hour timer."
        )
        assert (await solo.say("Cancel the timer")).startswith("Which one? 9 minutes left")
        assert await solo.say("Cancel the pasta timer") == "Pasta timer cancelled."
        assert await solo.say("Cancel the timer") == "Timer cancelled."
        assert await solo.say("Cancel the timer") == "There is no timer set."
        assert await solo.say("How long is left on the egg timer?") == "There is no egg timer."


async def test_an_alarm_says_when_it_will_ring(runtime: Runtime) -> None:
    async with skills(runtime) as solo:
        assert await solo.say("Set an alarm for half past seven") == "Alarm set for 7:30 AM."
        assert await solo.say("Wake me up tomorrow at six") == "Alarm set for tomorrow at 6 AM."
        said = await solo.say("Set an alarm for every weekday at 6:45")
        assert said == "Alarm set every weekday at 6:45 AM, first at 6:45 AM."
        assert await solo.say("Cancel my 7:30 alarm") == "Alarm cancelled."
        assert await solo.say("Cancel all alarms") == "All 2 alarms cancelled."
        assert await solo.say("Set an alarm for 1 am today") == "That time is already over."


async def test_a_reminder_is_said_from_the_other_side(runtime: Runtime) -> None:
    async with skills(runtime) as solo:
        assert await solo.say("Remind me to call my mother in ten minutes") == (
            "I'll remind you to call your mother in 10 minutes."
        )
        await anyio.sleep(601)
        assert solo.timers.heard[0][1].text == "Reminder: call your mother."


async def test_what_was_asked_back_is_answered_in_a_word(runtime: Runtime) -> None:
    async with skills(runtime) as solo:
        assert await solo.say("Set a timer.") == "For how long?"
        assert await solo.say("Ten minutes.") == "Timer set for 10 minutes."
        assert await solo.say("Remind me to call Mum.") == "When shall I remind you?"
        assert await solo.say("At half past seven") == "I'll remind you to call Mum at 7:30 AM."
        assert await solo.say("Set an alarm for tomorrow") == "For what time?"
        assert await solo.say("seven") == "Alarm set for tomorrow at 7 AM."
        assert (await solo.takes("Ten minutes.")).intent == ""
        await solo.say("Set a timer.")
        assert await solo.say("What time is it?") == "It's 1:16 AM."
        await solo.say("Set a timer.")
        await anyio.sleep(120)
        assert (await solo.takes("Ten minutes.")).intent == ""


async def test_five_more_minutes_means_something_only_when_something_rang(runtime: Runtime) -> None:
    async with skills(runtime) as solo:
        assert (await solo.takes("Five more minutes")).intent == ""
        await solo.say("Set a timer for one minute")
        await anyio.sleep(61)
        assert await solo.say("Five more minutes") == "Snoozed for 5 minutes."


async def test_to_stop_a_daily_alarm_that_rings_is_not_to_cancel_it(runtime: Runtime) -> None:
    async with mouth(runtime), skills(runtime) as solo:
        await solo.say("Set an alarm for every day at 1:30 am")
        while not solo.timers.heard:  # noqa: ASYNC110  (virtual time)
            await anyio.sleep(1)
        assert await solo.say("How long until my alarm?") == "The alarm is ringing."
        assert await solo.say("Turn off the alarm") == "Okay."
        await anyio.sleep(1)
        assert await solo.say("When is my alarm?") == "The alarm is set for tomorrow at 1:30 AM, every day."


async def test_the_volume_is_changed_told_and_remembered(runtime: Runtime) -> None:
    notes = Notes()
    async with skills(runtime, notes) as solo:
        assert await solo.say("Volume up") == "Volume 120 percent."
        assert await solo.say("Set the volume to 40%") == "Volume 40 percent."
        assert await solo.say("How loud are you?") == "The volume is at 40 percent."
        await solo.say("Mute")
        await solo.say("Unmute")
        await anyio.sleep(0.01)
        assert [fact.level for fact in solo.all(VolumeEvent)] == [1.2, 0.4, 0.0, 0.4]
    async with skills(runtime, notes) as solo:
        await anyio.sleep(0.01)
        assert solo.all(VolumeEvent)[-1].level == 0.4
        runtime.bus.publish(ServiceStateEvent(service="speaker", state="ready"))
        await anyio.sleep(0.01)
        assert len(solo.all(VolumeEvent)) == 2


async def test_so_is_the_pace(runtime: Runtime) -> None:
    notes = Notes()
    async with skills(runtime, notes) as solo:
        await solo.say("Speak slower")
        await solo.say("Speak faster")
        await solo.say("Speak faster")
        await solo.say("Speak normally")
        await anyio.sleep(0.01)
        assert [fact.speed for fact in solo.all(SpeakingRateEvent)] == [0.87, 1.0, 1.15, 1.0]
        for _ in range(20):
            await solo.say("Slow down")
        await anyio.sleep(0.01)
        assert solo.all(SpeakingRateEvent)[-1].speed == 0.5


async def test_what_was_said_is_said_again(runtime: Runtime) -> None:
    messages = tuple(
        StoredMessageEvent(
            id=str(number), dialogue=dialogue, role=role, content=text, channel="voice", created_at="",
            turn=turn,
        )
        for number, (dialogue, role, text, turn) in enumerate([
            ("other", "assistant", "Something else.", "t0"),
            ("d", "user", "What is the capital of France?", "t1"),
            ("d", "assistant", "Paris.", "t1"),
            ("d", "user", "What did I just say?", "now"),
        ])
    )  # fmt: skip

    async def history(asked: ReadDialoguesEvent) -> AsyncIterator[Answer]:
        yield DialoguesEvent(messages=messages)

    async with skills(runtime) as solo:
        assert await solo.say("Say that again") == "I have not said anything yet."
        async with runtime.bus.serve(ReadDialoguesEvent, history, name="history"):  # type: ignore[arg-type]
            said = await solo.say("What did I just say?", dialogue="d", turn="now")
            assert said == "You said: What is the capital of France?"
            assert await solo.say("Repeat that", dialogue="d", turn="now") == "Paris."


async def test_stop_is_passed_on_and_help_is_given(runtime: Runtime) -> None:
    async with skills(runtime) as solo:
        assert await solo.say("Stop") == "Okay."
        assert await solo.say("Never mind") == "Never mind, then."
        await anyio.sleep(0.01)
        assert len(solo.all(StopSpeakingEvent)) == 1
        assert "timers" in await solo.say("What can you do?")


async def test_a_single_command_says_that_it_will_not_ring_by_itself(runtime: Runtime) -> None:
    async with skills(runtime, running=False) as solo:
        said = await solo.say("Set a timer for ten minutes")
        assert said == "Timer set for 10 minutes. It rings only while Solo runs."


async def test_go_on_goes_on_where_solo_was_interrupted_and_else_is_left_to_the_model(
    runtime: Runtime,
) -> None:
    broken = StoredMessageEvent(
        id="1", dialogue="d", role="assistant", content="Once upon", channel="voice", created_at="",
        turn="t1", unheard="a time there was a king.",
    )  # fmt: skip

    async def history(asked: ReadDialoguesEvent) -> AsyncIterator[Answer]:
        yield DialoguesEvent(messages=(broken,))

    async with skills(runtime) as solo:
        assert not (await solo.takes("Go on")).effects
        request = HandleEvent(text="Go on", channel="voice", dialogue="d")
        assert not (await runtime.bus.request(request, HandledEvent)).handled
        async with runtime.bus.serve(ReadDialoguesEvent, history, name="history"):  # type: ignore[arg-type]
            assert await solo.say("Go on", dialogue="d") == "a time there was a king."
            request = HandleEvent(text="Go on", channel="voice", dialogue="another")
            assert not (await runtime.bus.request(request, HandledEvent)).handled
