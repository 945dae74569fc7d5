"""What listing and calling tools promises, in virtual time."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio
import pytest

from app.events.dialogue import TurnCancelledEvent
from app.events.tools import ListToolServersEvent, ToolServer, ToolServersEvent
from app.kernel.errors import BadInput, TurnCancelled, Unavailable
from app.kernel.runtime import Runtime
from tests.unit.skills.tools.box import Home, box

pytestmark = pytest.mark.anyio

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


class TestCalling:
    async def test_a_call_is_carried_out_for_its_caller(self, runtime: Runtime) -> None:
        home = Home()
        home.add("get_weather", schema=CITY, outside=True)
        async with box(runtime, home) as solo:
            done = await solo.call("get_weather", {"city": "Oslo"}, turn="t1", revision=3)
            assert (done.ok, done.text, done.call_id, done.outside) == (True, '{"city": "Oslo"}', "c1", True)
            (_, _, caller) = home.called[0]
            assert (caller.owner, caller.turn, caller.revision) == ("anna", "t1", 3)
            assert [(fact.name, fact.source, fact.ok) for fact in solo.facts] == [
                ("get_weather", "home", True)
            ]

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ("{", "no valid JSON"),
            ("[]", "must be a JSON object"),
            ("{}", "The argument 'city' is missing."),
            ('{"city": []}', "The argument 'city' must be text."),
        ],
    )
    async def test_wrong_arguments_are_a_result_and_the_tool_is_not_called(
        self, runtime: Runtime, arguments: str, sentence: str
    ) -> None:
        home = Home()
        home.add("get_weather", schema=CITY)
        async with box(runtime, home) as solo:
            done = await solo.call("get_weather", arguments)
            assert (done.ok, done.code) == (False, "bad_input")
            assert sentence in done.text
            assert not home.called
            assert not solo.facts

    async def test_a_tool_that_is_not_there_is_a_result_with_the_nearest_name(self, runtime: Runtime) -> None:
        async with box(runtime) as solo:
            done = await solo.call("get_tim")
            assert (done.ok, done.code) == (False, "not_found")
            assert done.text == "There is no tool called 'get_tim'. Did you mean get_time?"
            assert (await solo.call("x" * 10_000)).text == f"There is no tool called {'x' * 64!r}."

    async def test_a_tool_whose_schema_is_broken_is_refused_and_not_offered(self, runtime: Runtime) -> None:
        home = Home()
        home.add("odd", schema={"type": 5}, description="odd numbers")
        async with box(runtime, home) as solo:
            assert (await solo.call("odd")).text.startswith("The tool cannot be used: its schema is wrong")
            assert "odd" not in await solo.tools()
            assert "odd" not in await solo.tools("odd numbers please", also=("odd",))

    async def test_a_tool_that_hangs_is_given_up_even_if_it_does_not_let_itself_be_called_off(
        self, runtime: Runtime
    ) -> None:
        go_on = asyncio.Event()

        async def hang(_: Any, __: Any) -> str:
            while not go_on.is_set():
                try:
                    await go_on.wait()
                except asyncio.CancelledError:
                    continue
            return "never heard"

        home = Home()
        home.add("hang", hang, effects="own")
        home.add("slow", lambda _, __: anyio.sleep(100))
        async with box(runtime, home, timeout_seconds=5) as solo:
            began = runtime.clock.monotonic()
            done = await solo.call("hang")
            assert runtime.clock.monotonic() - began < 7
            assert (done.ok, done.code) == (False, "timed_out")
            assert done.text == (
                "The tool hang took longer than 5 seconds and was given up. Whether it was done is not known."
            )
            done = await solo.call("slow")
            assert done.text == "The tool slow took longer than 5 seconds and was given up."
            assert [(fact.ok, fact.code) for fact in solo.facts] == [(False, "timed_out")] * 2
            for _ in range(3):
                assert (await solo.call("hang")).code == "timed_out"
            stuck = await solo.call("hang")
            assert (stuck.code, stuck.text) == ("busy", "The tool hang still hangs from earlier calls.")
            go_on.set()
            await anyio.sleep(0.1)
            assert (await solo.call("hang")).ok

    @pytest.mark.parametrize(
        ("error", "code", "text"),
        [
            (ValueError("password=s3cret"), "bug", "The tool t failed (ValueError)."),
            (BadInput("No such city."), "bad_input", "No such city."),
            (Unavailable("The server is away."), "unavailable", "The server is away."),
            (SystemExit(3), "unavailable", "It ended itself."),
            (asyncio.CancelledError(), "interrupted", "It broke off."),
            (ExceptionGroup("s3cret", [OSError("x")]), "bug", "The tool t failed (ExceptionGroup)."),
        ],
    )
    @pytest.mark.parametrize("effects", ["none", "own"])
    async def test_whatever_a_tool_raises_is_one_sentence_without_its_words(
        self, runtime: Runtime, error: BaseException, code: str, text: str, effects: str
    ) -> None:
        async def fail(_: Any, __: Any) -> str:
            raise error

        home = Home()
        home.add("t", fail, effects=effects)
        async with box(runtime, home) as solo:
            done = await solo.call("t")
            assert (done.ok, done.code, done.text) == (False, code, text)
            assert [(fact.ok, fact.code) for fact in solo.facts] == [(False, code)]

    async def test_a_megabyte_is_cut_and_control_characters_are_gone(self, runtime: Runtime) -> None:
        async def much(_: Any, __: Any) -> str:
            return "\x1b[2J" + "x" * 1_000_000

        async def odd(_: Any, __: Any) -> Any:
            return 5

        home = Home()
        home.add("much", much)
        home.add("odd", odd)
        async with box(runtime, home, result_chars=500) as solo:
            done = await solo.call("much")
            assert done.ok
            assert len(done.text) <= 500
            assert done.text.startswith("xxx")
            assert "more characters were left out]" in done.text
            assert (await solo.call("odd")).text == "The tool odd gave no text."

    async def test_only_so_many_run_side_by_side_and_the_others_wait(self, runtime: Runtime) -> None:
        running = most = 0

        async def work(_: Any, __: Any) -> str:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await anyio.sleep(3)
            running -= 1
            return "done"

        home = Home()
        home.add("work", work)
        results: list[str] = []
        async with box(runtime, home, timeout_seconds=5) as solo, anyio.create_task_group() as group:

            async def once() -> None:
                results.append((await solo.call("work")).code or "ok")

            for _ in range(60):
                group.start_soon(once)
        assert most == 32
        # Those of the second round have no time left to be whole.
        assert {"ok": results.count("ok"), "timed_out": results.count("timed_out")} == {
            "ok": 32,
            "timed_out": 28,
        }


class TestLeaving:
    async def test_leaving_ends_a_call_that_changes_nothing(self, runtime: Runtime) -> None:
        ended: list[str] = []

        async def look(_: Any, __: Any) -> str:
            try:
                await anyio.sleep(5)
                return "seen"
            finally:
                ended.append("look")

        home = Home()
        home.add("look", look)
        async with box(runtime, home) as solo:
            with anyio.move_on_after(1):
                await solo.call("look")
            await anyio.sleep(0.1)
            assert ended == ["look"]
            assert [(fact.ok, fact.code) for fact in solo.facts] == [(False, "cancelled")]

    async def test_what_changes_something_runs_to_its_end_all_the_same(self, runtime: Runtime) -> None:
        done: list[str] = []

        async def order(_: Any, caller: Any) -> str:
            await anyio.sleep(5)
            done.append(caller.turn)
            return "ordered"

        home = Home()
        home.add("order", order, effects="world")
        async with box(runtime, home, confirm="never") as solo:
            with anyio.move_on_after(1):
                await solo.call("order", turn="left")
            async with anyio.create_task_group() as group:

                async def once() -> None:
                    with pytest.raises(TurnCancelled):
                        await solo.call("order", turn="off")

                group.start_soon(once)
                await anyio.sleep(1)
                runtime.bus.publish(TurnCancelledEvent(turn="off", reason="test"))
            assert done == []
            await anyio.sleep(6)
            assert done == ["left", "off"]
            assert [(fact.turn, fact.ok) for fact in solo.facts] == [("left", True), ("off", True)]

    async def test_when_solo_stops_nothing_goes_on(self, runtime: Runtime) -> None:
        home = Home()
        home.add("order", lambda _, __: anyio.sleep(1000), effects="own")
        async with box(runtime, home, timeout_seconds=600) as solo:
            with anyio.move_on_after(1):
                await solo.call("order")
        assert home.called


class TestAsking:
    async def ask(self, solo: Any, **how: Any) -> Any:
        asked = await solo.call("send", {"to": "Ada"}, **how)
        assert (asked.ok, asked.code) == (False, "")
        assert asked.question == "Shall I send, with to Ada?"
        assert asked.ticket
        return asked

    async def test_what_changes_the_world_waits_for_a_yes_and_then_is_exactly_what_was_asked(
        self, runtime: Runtime
    ) -> None:
        home = Home()
        home.add("send", effects="world")
        async with box(runtime, home) as solo:
            asked = await self.ask(solo)
            assert not home.called
            assert not solo.facts
            done = await solo.call("delete_everything", '{"to": "Bob"', ticket=asked.ticket)
            assert (done.ok, done.name, done.text) == (True, "send", '{"to": "Ada"}')
            assert [arguments for _, arguments, _ in home.called] == [{"to": "Ada"}]

    async def test_a_yes_counts_once_in_time_and_from_the_one_who_was_asked(self, runtime: Runtime) -> None:
        home = Home()
        home.add("send", effects="world")
        async with box(runtime, home, confirm_seconds=60) as solo:
            asked = await self.ask(solo)
            assert (await solo.call("send", ticket=asked.ticket, owner="bob")).code == "not_found"
            assert (await solo.call("send", ticket="made up")).code == "not_found"
            assert (await solo.call("send", ticket=asked.ticket)).ok
            assert (await solo.call("send", ticket=asked.ticket)).code == "not_found"
            asked = await self.ask(solo)
            await anyio.sleep(61)
            assert (await solo.call("send", ticket=asked.ticket)).code == "not_found"
            assert len(home.called) == 1

    async def test_a_yes_is_worth_nothing_when_the_tool_is_another_by_then(self, runtime: Runtime) -> None:
        home = Home()
        home.add("send", effects="world")
        async with box(runtime, home) as solo:
            asked = await self.ask(solo)
            home.add("send", effects="world", description="and now for something else")
            done = await solo.call("send", ticket=asked.ticket)
            assert done.text == "send is no longer what the person was asked about."
            home.kept.clear()
            asked_again = await solo.call("send", ticket=asked.ticket)
            assert asked_again.code == "not_found"
            assert not home.called

    async def test_words_of_others_in_the_turn_make_every_change_wait(self, runtime: Runtime) -> None:
        home = Home()
        home.add("send", effects="own")
        home.add("look", effects="none")
        async with box(runtime, home, confirm="never") as solo:
            assert (await solo.call("send")).ok
            await self.ask(solo, tainted=True)
            assert (await solo.call("look", tainted=True)).ok


class TestListing:
    async def test_what_is_not_permitted_is_not_there(self, runtime: Runtime) -> None:
        home = Home()
        home.add("lock_door", description="Lock the front door.")
        people = {"child": {"allow": ["get_*"], "deny": ["get_date"]}}
        async with box(runtime, home, people=people) as solo:
            assert await solo.tools(owner="child") == ["get_time"]
            assert await solo.tools("lock the front door", owner="child", also=("lock_door",)) == []
            assert await solo.tools("lock the front door") == ["lock_door"]
            for name in ("lock_door", "lock_moon"):
                done = await solo.call(name, owner="child")
                assert (done.code, done.text) == ("not_found", f"There is no tool called {name!r}.")
            assert not home.called

    async def test_what_bears_on_the_words_is_listed_and_what_was_used_before(self, runtime: Runtime) -> None:
        async with box(runtime) as solo:
            assert await solo.tools("What is the capital of France?") == []
            assert await solo.tools("Tell me a joke") == []
            assert (await solo.tools("How much time is left on my timer?"))[0] in (
                "list_timers",
                "extend_timer",
            )
            assert await solo.tools("Tell me a joke", also=("get_time", "nonsense")) == ["get_time"]
            everything = await solo.tools()
            assert everything == sorted(everything)
            assert len(await solo.tools("timer alarm reminder", limit=1)) == 1

    async def test_tools_that_come_and_go_are_listed_while_they_are_there(self, runtime: Runtime) -> None:
        late = Home("late")
        late.add("play_music")
        async with box(runtime) as solo:
            with solo.toolbox.holding(late):
                assert "play_music" in await solo.tools()
                assert (await solo.call("play_music")).ok
            assert "play_music" not in await solo.tools()

    async def test_the_servers_are_as_they_last_said(self, runtime: Runtime) -> None:
        async with box(runtime) as solo:
            solo.board.report("b", "connecting")
            solo.board.report("a", "connected", tools=3)
            solo.board.report("b", "away", "It is not there.")
            found = await runtime.bus.request(ListToolServersEvent(), ToolServersEvent)
            assert found.servers == (
                ToolServer(name="a", state="connected", tools=3),
                ToolServer(name="b", state="away", reason="It is not there."),
            )
