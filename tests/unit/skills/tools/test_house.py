"""What Solo's own tools do, with the parts that they ask."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from app.config.settings import Settings
from app.config.voice import VoiceSettings
from app.events.base import Answer
from app.events.dialogue import DialoguesEvent, ReadDialoguesEvent, StoredMessageEvent
from app.events.memory import ForgetEvent, ForgottenEvent, Memory, RecalledEvent, RecallEvent
from app.kernel.errors import BadInput
from app.kernel.runtime import Runtime
from app.kernel.tokens import estimate_tokens
from app.skills.service import SkillsService
from app.skills.sound import Sound
from app.skills.tools.house.clock import named
from app.skills.tools.house.moments import moment
from app.skills.tools.plugged import house
from app.skills.tools.port import Caller, ToolSource
from app.skills.tools.surroundings import Surroundings
from app.skills.tools.table import PARTS
from app.skills.zone import zone_of
from tests.unit.skills.keeping import keeping
from tests.unit.skills.test_service import Notes

pytestmark = pytest.mark.anyio

ANNA = Caller("anna", "t1")
SETTINGS: dict[str, Any] = {"data_dir": Path("data"), "skills": {"time_zone": "Europe/Berlin"}}


def own(runtime: Runtime, **more: Any) -> ToolSource:
    return house(Surroundings(runtime, Settings.model_validate(SETTINGS | more)))


@asynccontextmanager
async def talking(runtime: Runtime) -> AsyncIterator[dict[type, list[Any]]]:
    """Somebody who remembers and has a history; what they were asked."""
    asked: dict[type, list[Any]] = {RecallEvent: [], ForgetEvent: [], ReadDialoguesEvent: []}

    async def recall(request: RecallEvent) -> AsyncGenerator[Answer, None]:
        asked[RecallEvent].append(request)
        lines = ("My sister is Ada", "Bob is my brother", "my  SISTER lives in Oslo")
        found = [
            Memory(id=str(n), text=text, created_at="2026-01-01T08:00:00+00:00")
            for n, text in enumerate(lines)
        ]
        yield RecalledEvent(memories=tuple(found) if "nothing" not in request.query else ())

    async def forget(request: ForgetEvent) -> AsyncGenerator[Answer, None]:
        asked[ForgetEvent].append(request)
        yield ForgottenEvent(count=len(request.ids))

    async def read(request: ReadDialoguesEvent) -> AsyncGenerator[Answer, None]:
        asked[ReadDialoguesEvent].append(request)
        lines = (("t0", "user", "We flew to Porto " + "far " * 100), ("t1", "user", "what of Porto?"))
        yield DialoguesEvent(
            messages=tuple(
                StoredMessageEvent(
                    id="1",
                    dialogue="d",
                    role=role,  # type: ignore[arg-type]
                    content=text,
                    channel="voice",
                    created_at="2026-01-01T08:00:00+00:00",
                    turn=turn,
                )
                for turn, role, text in lines
            )
        )

    async with AsyncExitStack() as stack:
        for kind, handler in ((RecallEvent, recall), (ForgetEvent, forget), (ReadDialoguesEvent, read)):
            await stack.enter_async_context(runtime.bus.serve(kind, handler, name="test"))  # type: ignore[arg-type]
        yield asked


def test_each_is_told_to_the_model_in_few_tokens(runtime: Runtime) -> None:
    for tool in own(runtime).tools():
        told = json.dumps({"name": tool.name, "description": tool.description}) + tool.parameters
        assert estimate_tokens(told) < 115, tool.name
        assert len(tool.description) > 20


def test_it_is_known_which_part_each_asks(runtime: Runtime) -> None:
    names = {tool.name for tool in own(runtime).tools()}
    assert {*PARTS} <= names
    assert names - {*PARTS} == {"calculate", "get_date", "get_time"}


def test_what_is_switched_off_brings_no_tools(runtime: Runtime) -> None:
    off = {"enabled": False}
    bare = own(runtime, skills=off, memory=off, voice=off)
    names = {tool.name for tool in bare.tools()}
    assert names == {"calculate", "get_date", "get_time", "search_conversations"}


def test_only_what_is_solos_own_is_changed(runtime: Runtime) -> None:
    effects = {tool.name: tool.effects for tool in own(runtime).tools()}
    assert {*effects.values()} == {"none", "own"}
    assert effects["set_timer"] == effects["forget_memory"] == "own"
    assert {tool.name for tool in own(runtime).tools() if tool.confirm} == {"forget_memory"}


async def test_time_and_date_here_and_elsewhere(runtime: Runtime) -> None:
    source = own(runtime)  # 2026-01-01 00:16:40 UTC
    assert await source.call("get_time", {}, ANNA) == "It is 1:16 AM on Thursday, 1 January 2026."
    tokyo = "It is 9:16 AM on Thursday, 1 January 2026 in Tokyo."
    assert await source.call("get_time", {"place": "Tokyo, Japan"}, ANNA) == tokyo
    with pytest.raises(BadInput, match="No time zone is known for 'Atlantis'"):
        await source.call("get_time", {"place": "Atlantis"}, ANNA)
    assert await source.call("get_date", {}, ANNA) == "Thursday, 1 January 2026 is today."
    assert await source.call("get_date", {"days": -1}, ANNA) == "Wednesday, 31 December 2025 is yesterday."
    christmas = "Friday, 25 December 2026 is in 358 days."
    assert await source.call("get_date", {"date": "2026-12-25"}, ANNA) == christmas
    for wrong in ({"date": "christmas"}, {"days": 10**9}):
        with pytest.raises(BadInput):
            await source.call("get_date", wrong, ANNA)


@pytest.mark.parametrize(
    "place", ["new york", "Europe/Berlin", "Mumbai", "São Paulo", "sao paulo", "UTC", "U.K."]
)
def test_many_names_of_places_are_known(place: str) -> None:
    if place != "São Paulo":
        assert named(place).key
    else:
        with pytest.raises(BadInput):
            named(place)


class TestMoments:
    @pytest.mark.parametrize(
        ("said", "when"),
        [
            ("07:30", {"due_at": "2026-01-01T06:30:00+00:00"}),
            ("07:30:00", {"due_at": "2026-01-01T06:30:00+00:00"}),
            ("7:30 PM", {"due_at": "2026-01-01T18:30:00+00:00"}),
            ("tomorrow at noon", {"due_at": "2026-01-02T11:00:00+00:00"}),
            ("in 20 minutes", {"seconds": 1200}),
            ("10 minutes", {"seconds": 600}),
            ("every weekday at 6:45", {"days": (0, 1, 2, 3, 4), "at": "06:45"}),
            ("2026-12-24 18:00", {"due_at": "2026-12-24T17:00:00+00:00"}),
            ("2026-12-24T18:00:00+00:00", {"due_at": "2026-12-24T18:00:00+00:00"}),
        ],
    )
    async def test_a_time_is_understood_as_models_write_it(
        self, runtime: Runtime, said: str, when: dict[str, Any]
    ) -> None:
        found = moment(said, runtime.clock.now(), zone_of("Europe/Berlin"), morning=True)
        assert found == when

    @pytest.mark.parametrize(
        "said", ["", "soon", "25:99", "2026-13-01 10:00", "2026-12-24", "tomorrow", "x" * 500]
    )
    async def test_what_is_no_time_is_a_sentence(self, runtime: Runtime, said: str) -> None:
        with pytest.raises(BadInput) as caught:
            moment(said, runtime.clock.now(), None, morning=True)
        assert len(str(caught.value)) < 150


class TestTimers:
    async def test_they_are_set_listed_extended_and_cancelled(self, runtime: Runtime) -> None:
        async with keeping(runtime):
            source = own(runtime)

            async def call(tool: str, **arguments: Any) -> str:
                return await source.call(tool, arguments, ANNA)

            assert await call("list_timers") == "Nothing is set."
            assert await call("set_timer", minutes=10, name="pasta") == "Pasta timer set for 10 minutes."
            assert await call("set_timer", hours=1, minutes=30) == "Timer set for 1 hour and 30 minutes."
            assert await call("set_alarm", at="07:30") == "Alarm set for 7:30 AM."
            reminder = await call("set_reminder", about="to call Mum", at="tomorrow at noon")
            assert reminder == "I'll remind you to call Mum tomorrow at noon."
            assert (await call("list_timers")).startswith("You have 4 things set: ")
            assert (
                await call("extend_timer", minutes=2, which="pasta")
                == "12 minutes left on the pasta timer now."
            )
            with pytest.raises(BadInput, match="Which one"):
                await call("cancel_timer", which="timer")
            with pytest.raises(BadInput, match=r"There is no such timer\. You have 4"):
                await call("cancel_timer", which="pizza")
            assert await call("cancel_timer", which="the pasta timer") == "Pasta timer cancelled."
            assert await call("cancel_timer", which="alarm") == "Alarm cancelled."
            assert await call("cancel_timer", which="all") == "All 2 of them cancelled."
            assert await call("snooze", minutes=5) == "Nothing is ringing."

    async def test_those_of_others_are_neither_seen_nor_touched(self, runtime: Runtime) -> None:
        async with keeping(runtime) as kept:
            await kept.set(owner="bob", seconds=60, name="bobs")
            source = own(runtime)
            assert await source.call("list_timers", {}, ANNA) == "Nothing is set."
            with pytest.raises(BadInput):
                await source.call("cancel_timer", {"which": "all"}, ANNA)

    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            ("set_timer", {}),
            ("set_timer", {"minutes": -5}),
            ("set_timer", {"minutes": 1e12}),
            ("set_timer", {"at": "whenever"}),
            ("set_alarm", {"at": "whenever"}),
            ("set_alarm", {}),
            ("set_reminder", {"about": "x"}),
            ("extend_timer", {"minutes": 1}),
        ],
    )
    async def test_what_makes_no_sense_is_a_sentence(
        self, runtime: Runtime, name: str, arguments: dict[str, Any]
    ) -> None:
        async with keeping(runtime) as kept:
            with pytest.raises(BadInput):
                await own(runtime).call(name, arguments, ANNA)
            assert not kept.shelf.rows


async def test_volume_and_pace_are_changed_where_they_are_kept(runtime: Runtime) -> None:
    notes = Notes()
    sound = Sound(runtime.bus, VoiceSettings(), notes)
    settings = Settings.model_validate(SETTINGS)
    service = SkillsService(runtime, settings.skills, sound)
    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(service.run, ready.set)
        await ready.wait()
        source = own(runtime)
        assert await source.call("set_volume", {"percent": 40}, ANNA) == "Volume 40 percent."
        assert await source.call("set_volume", {"percent": 0}, ANNA) == "Volume 0 percent."
        assert await source.call("set_volume", {"percent": 7}, ANNA) == "Volume 7 percent."
        assert await source.call("set_speaking_rate", {"pace": "faster"}, ANNA) == "I'll speak faster."
        assert notes.kept["volume"] == "7"
        assert float(notes.kept["speed"]) > 1
        slower = await source.call("set_speaking_rate", {"pace": "slower"}, ANNA)
        assert slower == "I'll speak more slowly."
        normal = await source.call("set_speaking_rate", {"pace": "normal"}, ANNA)
        assert normal == "I'll speak normally."
        with pytest.raises(BadInput):
            await source.call("set_volume", {"percent": 400}, ANNA)
        group.cancel_scope.cancel()


async def test_memory_is_searched_and_forgotten_by_its_owner(runtime: Runtime) -> None:
    async with talking(runtime) as asked:
        source = own(runtime)
        found = await source.call("search_memory", {"about": "sister"}, ANNA)
        assert found.splitlines()[0] == "2026-01-01, the person: My sister is Ada"
        assert (asked[RecallEvent][0].owner, asked[RecallEvent][0].exclude_turns) == ("anna", ("t1",))
        nothing = await source.call("search_memory", {"about": "nothing"}, ANNA)
        assert nothing == "Nothing is remembered about that."
        forgot = await source.call("forget_memory", {"text": "My Sister"}, ANNA)
        assert forgot == "Forgotten: 2 memories."
        assert (asked[ForgetEvent][0].owner, asked[ForgetEvent][0].ids) == ("anna", ("0", "2"))
        none = await source.call("forget_memory", {"text": "my cat"}, ANNA)
        assert none == "Nothing that is remembered holds these words."
        with pytest.raises(BadInput):
            await source.call("forget_memory", {"text": " a "}, ANNA)
        assert len(asked[ForgetEvent]) == 1


async def test_conversations_are_searched_but_for_what_was_just_said(runtime: Runtime) -> None:
    async with talking(runtime) as asked:
        found = await own(runtime).call("search_conversations", {"words": "Porto"}, ANNA)
        assert found.startswith("2026-01-01 08:00, the person: We flew to Porto far far")
        assert "what of" not in found
        assert len(found) < 260
        assert asked[ReadDialoguesEvent][0].owner == "anna"


async def test_sums_are_done_exactly(runtime: Runtime) -> None:
    assert await own(runtime).call("calculate", {"expression": "0.1 + 0.2"}, ANNA) == "0.3"
