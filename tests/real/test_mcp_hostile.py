"""Servers that break off, lie, flood and fall silent: one sentence, bounded memory, nothing hung."""

from __future__ import annotations

import asyncio
import gc
import resource
import sys
import time
from pathlib import Path

import anyio
import psutil
import pytest

from app.kernel.errors import PermanentError, SoloError, Unavailable
from app.skills.tools.mcp.wanted import Pace
from tests.real.mcp_child import KEY, ME, hostile, running, until

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]


async def test_a_server_that_never_answers_is_given_up() -> None:
    async with running(hostile("mute"), pace=Pace(connect=0.2), up=False) as house:
        await until(lambda: house.now().state == "away")
        assert house.now().reason == "The MCP server house gave no answer in time."
        assert not house.names()


@pytest.mark.parametrize(
    ("what", "words"),
    [("long_line", "a line of more than 4 MiB"), ("rubbish", "writes on its output what is no message")],
)
async def test_too_much_on_its_output_ends_it(what: str, words: str) -> None:
    async with running(hostile(what)) as house:
        before = _memory()
        with pytest.raises(Unavailable):
            await house.call("good")
        await until(lambda: house.now().state == "away")
        assert words in house.now().reason
        assert _memory() - before < 60
        await until(lambda: house.now().state == "connected")


def _memory() -> float:
    """Megabytes at most until now."""
    gc.collect()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [
        ("wrong_shape", Unavailable, "does not speak as it should"),
        ("error", PermanentError, "says: quota of *** used up"),
    ],
)
async def test_a_wrong_answer_fails_the_call_and_no_more(
    what: str, kind: type[SoloError], words: str
) -> None:
    async with running(hostile(what, env={"HOUSE_KEY": KEY})) as house:
        source = house.toolbox.tools()["house_good"][1]
        with pytest.raises(kind) as failure:
            await house.call("good")
        assert words in str(failure.value)
        assert house.toolbox.tools()["house_good"][1] is source


async def test_words_before_the_messages_are_overlooked() -> None:
    async with running(hostile("greets")) as house:
        assert house.names() == {"house_good"}


async def test_wrong_tools_are_left_out_and_the_others_used() -> None:
    async with running(hostile("wrong_tools")) as house:
        assert house.names() == {"house_good"}


async def test_a_list_without_an_end_has_one() -> None:
    async with running(hostile("endless_list")) as house:
        assert house.now().tools == 128


async def test_a_server_that_falls_silent_is_started_again() -> None:
    async with running(hostile("falls_silent"), pace=Pace(beat=0.1, answer=0.3)) as house:
        await until(lambda: house.now().state == "away")
        assert house.now().reason == "The MCP server house no longer answers."
        await until(lambda: house.now().state == "connected")


async def test_one_that_chatters_without_end_holds_nothing_up() -> None:
    async with running(hostile("chatters")) as house:
        assert await house.call("good") == "done"
        used, began = time.process_time(), time.monotonic()
        for _ in range(20):
            await anyio.sleep(0.02)
        assert time.process_time() - used < 0.2 + (time.monotonic() - began) / 2


async def test_a_program_that_has_not_answered_yet_ends_with_solo() -> None:
    async with running(hostile("mute"), up=False):
        await until(lambda: psutil.Process().children())
        children = psutil.Process().children(recursive=True)
    assert not [child for child in children if child.is_running()]


async def test_a_call_to_one_that_reads_nothing_can_be_left_at_once() -> None:
    async with running(hostile("deaf"), pace=Pace(beat=0.1, answer=0.3)) as house:
        source = house.toolbox.tools()["house_good"][1]
        for _ in range(2):
            with anyio.move_on_after(0.2) as left:
                await source.call("house_good", {"text": "x" * 3_000_000}, ME)
            assert left.cancelled_caught
        # The package is not done with the one that it could not send; nobody waits for that.
        assert "mcp:house:call" in {task.get_name() for task in asyncio.all_tasks()}
        await until(lambda: house.now().state == "away")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends programs without asking them")
async def test_a_program_that_will_not_end_is_ended(tmp_path: Path) -> None:
    async with running(hostile("stubborn")) as house:
        assert house.names() == {"house_good"}
        children = psutil.Process().children(recursive=True)
        assert children
    assert not [child for child in children if child.is_running()]
