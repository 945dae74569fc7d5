"""Where `solo mcp` finds a Solo: the one that runs, else parts of one, for as long as they are used."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest

from app.api.mcp.desk import LINGER, Desk
from app.api.mcp.house import ARCHIVE, NOTHING, TALK, TOOLS
from app.config.settings import Settings
from app.kernel.errors import Busy
from app.kernel.runtime import Runtime
from app.main import serving

pytestmark = pytest.mark.anyio


@dataclass
class Starter:
    """What `serving` is in main. there: the parts that are there now."""

    runtime: Runtime
    there: list[set[str]] = field(default_factory=list)
    started: list[set[str]] = field(default_factory=list)
    fails: Exception | None = None

    @asynccontextmanager
    async def __call__(self, settings: Settings, parts: set[str]) -> AsyncIterator[Runtime]:
        if self.fails is not None:
            raise self.fails
        assert not self.there, "the folder is held"
        self.started.append(parts)
        self.there.append(parts)
        try:
            yield self.runtime
        finally:
            self.there.clear()


@pytest.fixture
def starter(runtime: Runtime) -> Starter:
    return Starter(runtime)


@pytest.fixture
async def desk(starter: Starter, tmp_path: Path) -> AsyncIterator[Desk]:
    async with Desk.open(Settings(data_dir=tmp_path), starter, {"search": "memory"}) as desk:
        yield desk
    assert starter.there == []


async def test_nothing_is_started_before_it_is_needed(desk: Desk, starter: Starter) -> None:
    async with desk.near() as house:
        assert house is None
    assert starter.started == []


async def test_parts_are_started_once_and_let_go_when_nobody_uses_them(desk: Desk, starter: Starter) -> None:
    async with desk.at_hand(TOOLS) as house, desk.at_hand(TOOLS) as same:
        assert house is same
        assert not house.speaks
        await anyio.sleep(3 * LINGER)
        assert starter.there == [set(TOOLS)]
    await anyio.sleep(LINGER - 1)
    async with desk.at_hand(NOTHING):
        assert starter.there == [set(TOOLS)]
    await anyio.sleep(LINGER - 1)
    assert starter.there == [set(TOOLS)]
    await anyio.sleep(2)
    assert starter.there == []
    async with desk.at_hand(TOOLS):
        assert starter.started == [set(TOOLS), set(TOOLS)]


async def test_more_parts_wait_for_those_who_use_fewer(desk: Desk, starter: Starter) -> None:
    order: list[str] = []

    async def talk() -> None:
        async with desk.at_hand(TALK):
            order.append("talked")
            assert starter.there == [set(TALK | TOOLS)]

    async with anyio.create_task_group() as group:
        async with desk.at_hand(TOOLS):
            group.start_soon(talk)
            await anyio.sleep(1)
            order.append("used")
    assert order == ["used", "talked"]


@pytest.mark.real_time
async def test_conversations_are_read_without_a_language_model(tmp_path: Path) -> None:
    chosen = {"generation": {"model": "gone.gguf"}}
    settings = Settings.model_validate({"data_dir": tmp_path / "data", "models_dir": tmp_path, "llm": chosen})
    async with Desk.open(settings, serving, {}) as desk, desk.at_hand(ARCHIVE) as house:
        assert await house.dialogues(5) == ()
        assert await house.messages("d1", 5) == ()


async def test_what_cannot_be_started_is_told_and_tried_again(desk: Desk, starter: Starter) -> None:
    starter.fails = Busy("Another Solo is using it.")
    with pytest.raises(Busy):
        async with desk.at_hand(TOOLS):
            pass
    starter.fails = None
    async with desk.at_hand(TOOLS):
        assert starter.there == [set(TOOLS)]


async def test_what_asked_a_question_stays_as_long_as_a_yes_is_waited_for(
    desk: Desk, starter: Starter
) -> None:
    async with desk.at_hand(TOOLS):
        desk.keep()
    await anyio.sleep(desk.patience - 1)
    assert starter.there == [set(TOOLS)]
    await anyio.sleep(2)
    assert starter.there == []


async def test_a_tool_says_which_part_it_asks(desk: Desk) -> None:
    assert desk.needs("search") == {"memory"}
    assert desk.needs("set_timer") == NOTHING
