"""Which tools are offered, with the real model of vectors."""

from __future__ import annotations

import anyio
import pytest

from app.config.settings import Settings
from app.kernel.runtime import Runtime
from app.llm.embedding.service import EmbeddingService
from tests.conftest import MODELS
from tests.toolsentences import NONE, OTHERS, WANTED
from tests.unit.skills.tools.box import Home, box

pytestmark = [pytest.mark.anyio, pytest.mark.real_time, pytest.mark.needs("models")]

WORDLESS = "Do I need an umbrella today?"
"""Wants a tool of which it has no word."""


async def test_what_bears_on_what_was_said_is_offered_and_talk_is_left_alone(runtime: Runtime) -> None:
    home = Home(kept=list(OTHERS))
    embedding = EmbeddingService(runtime, Settings().llm.embedding, MODELS)
    async with anyio.create_task_group() as group, box(runtime, home) as solo:
        ready = anyio.Event()
        group.start_soon(embedding.run, ready.set)
        await ready.wait()
        with anyio.fail_after(60):  # the vectors of the tools are made in the background
            while not await solo.tools(WORDLESS):  # noqa: ASYNC110  (nobody tells that they are there)
                await anyio.sleep(0.2)
        right = [wanted in await solo.tools(said, limit=6) for said, wanted in WANTED[::4]]
        quiet = [not await solo.tools(said, limit=6) for said in NONE[::4]]
        assert sum(right) >= 0.8 * len(right)
        assert sum(quiet) >= 0.8 * len(quiet)
        for said in ("What is the capital of France?", "Tell me a joke"):
            assert await solo.tools(said, limit=6) == []
        group.cancel_scope.cancel()
