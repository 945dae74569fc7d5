"""The files of a running Solo are looked at in the background."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from app.kernel.runtime import Runtime
from app.llm.models.inventory import Inventory
from app.llm.models.known import AT_ONCE, KnownModels
from tests.unit.assets.ggufs import TOOLS, gguf, put

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def watching(runtime: Runtime, inventory: Inventory) -> AsyncGenerator[KnownModels]:
    known = KnownModels(runtime, inventory)
    async with anyio.create_task_group() as group:
        group.start_soon(known.run)
        yield known
        group.cancel_scope.cancel()


async def names(known: KnownModels) -> list[str]:
    return [one.name for one in await known.entries()]


async def test_who_asks_before_the_first_look_waits_for_it(runtime: Runtime, tmp_path: Path) -> None:
    put(tmp_path, "a.gguf")
    async with watching(runtime, Inventory((tmp_path,))) as known:
        assert await names(known) == ["a"]


async def test_files_come_and_go_and_a_damaged_one_stops_nothing(runtime: Runtime, tmp_path: Path) -> None:
    put(tmp_path, "a.gguf")
    async with watching(runtime, Inventory((tmp_path,))) as known:
        await known.entries()
        put(tmp_path, "b.gguf", b"no model at all")
        put(tmp_path, "c.gguf")
        await anyio.sleep(11)
        found = {one.name: one.usable for one in await known.entries()}
        assert found == {"a": True, "b": False, "c": True}
        (tmp_path / "a.gguf").unlink()
        await anyio.sleep(11)
        assert await names(known) == ["b", "c"]


async def test_headers_are_read_to_their_ends_a_few_at_a_time(runtime: Runtime, tmp_path: Path) -> None:
    many = 3 * AT_ONCE
    for number in range(many):
        put(tmp_path, f"{number}.gguf", gguf(more=TOOLS))
    async with watching(runtime, Inventory((tmp_path,))) as known:
        assert len(await known.entries()) == many
        assert sum(one.facts.read for one in await known.entries()) < many
        await anyio.sleep(5)
        assert all(one.facts.tools for one in await known.entries())
