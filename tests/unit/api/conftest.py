"""A door with scripted owners behind it, called in process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from app.api.collector import Collector
from app.api.dependencies import Deps
from app.api.factory import create_app
from app.config.settings import Settings
from app.kernel.lifecycle import ServiceStatus
from app.kernel.runtime import Runtime
from tests.unit.api.scripted import TOKEN, House, MakeHouse, Scripted, client


@pytest.fixture
def make_house(runtime: Runtime, tmp_path: Path) -> MakeHouse:
    """Opens a house: `async with make_house(**settings of the api) as house`."""

    @asynccontextmanager
    async def make(**api: Any) -> AsyncIterator[House]:
        settings = Settings.model_validate({"data_dir": tmp_path, "api": api})
        services: list[ServiceStatus] = []
        collector = Collector(runtime, settings, lambda: services, essential={"llm"})
        deps = Deps(runtime, settings, collector, TOKEN)
        app = create_app(deps)
        scripted = Scripted(runtime)
        async with anyio.create_task_group() as group, scripted.serving():
            following = anyio.Event()
            group.start_soon(collector.run, following.set)
            await following.wait()
            async with client(app, {"Authorization": f"Bearer {TOKEN}"}) as known:
                yield House(deps, app, known, scripted, services)
            group.cancel_scope.cancel()

    return make


@pytest.fixture
async def house(make_house: MakeHouse) -> AsyncIterator[House]:
    async with make_house() as house:
        yield house
