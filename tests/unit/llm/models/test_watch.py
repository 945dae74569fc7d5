"""Files that come and go are noticed."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from app.llm.models.entry import Entry
from app.llm.models.inventory import Inventory
from app.llm.models.watch import watch
from tests.unit.assets.ggufs import gguf, put
from tests.virtual import VirtualClock

pytestmark = pytest.mark.anyio


async def test_coming_going_and_changing_is_told_once(tmp_path: Path, clock: VirtualClock) -> None:
    inventory = Inventory((tmp_path,))
    first = put(tmp_path, "a.gguf")
    looks = 0

    async def look() -> tuple[Entry, ...]:
        nonlocal looks
        looks += 1
        if looks == 3:
            put(tmp_path, "b.gguf")
        if looks == 5:
            first.write_bytes(gguf(more={"general.author": "somebody"}))
        if looks == 6:
            first.unlink()
        return inventory.models()

    told: list[tuple[object, ...]] = []
    async with aclosing(watch(look, clock.sleep, 5.0)) as changes:
        async for change, entries in changes:
            told.append((change.came, change.changed, change.went, len(entries)))
            if change.went:
                break
    assert told == [(("b",), (), (), 2), ((), ("a",), (), 2), ((), (), ("a",), 1)]
    assert looks == 6
