"""Real models come, go and are read anew while Solo runs, and memory shows it."""

from __future__ import annotations

import shutil
from pathlib import Path

import anyio
import psutil
import pytest

from app.config.llm import GenerationSettings, LlmSettings
from app.config.models import ModelSettings
from app.events.llm import (
    ChatMessage,
    ListModelsEvent,
    LLMRequestEvent,
    LLMResponseEvent,
    ManageModelEvent,
    ModelAction,
    ModelManagedEvent,
    ModelOffer,
    ModelsEvent,
)
from app.kernel.errors import NoMemory
from app.kernel.runtime import Runtime
from app.llm.service import LlmService
from tests.conftest import MODELS

pytestmark = [pytest.mark.real_time, pytest.mark.needs("models"), pytest.mark.anyio]

SMALL = "smollm2-135m-instruct"


async def listed(runtime: Runtime) -> dict[str, ModelOffer]:
    found = await runtime.bus.request(ListModelsEvent(), ModelsEvent)
    return {offer.model: offer for offer in found.models if offer.provider == "auto"}


async def manage(runtime: Runtime, action: ModelAction, model: str = "") -> ModelManagedEvent:
    return await runtime.bus.request(ManageModelEvent(action=action, model=model), ModelManagedEvent)


async def said(runtime: Runtime, model: str = "") -> str:
    ask = (ChatMessage(role="user", content="Say hello."),)
    request = LLMRequestEvent(messages=ask, max_tokens=8, model=model)
    return (await runtime.bus.request(request, LLMResponseEvent)).text


async def test_models_come_and_go_while_solo_runs(tmp_path: Path) -> None:
    settings = LlmSettings(
        generation=GenerationSettings(engine="xllamacpp", model=SMALL, context=1024, threads=1),
        models={"mine": ModelSettings(context=2048), "too_large": ModelSettings(context=131072, slots=32)},
        folders=(tmp_path / "more",),
        slots=1,
    )
    runtime, ready = Runtime.new(), anyio.Event()
    service = LlmService(runtime, settings, MODELS, data_dir=tmp_path)
    async with anyio.create_task_group() as group:
        group.start_soon(service.run, ready.set)
        await ready.wait()
        first = (await listed(runtime))[SMALL]
        assert (first.loaded, first.context) == (True, 1024)

        (tmp_path / "more").mkdir()
        for name in ("mine", "too-large"):
            shutil.copy(
                MODELS / "llm" / "smollm2-135m-instruct-q4_1.gguf", tmp_path / "more" / f"{name}.gguf"
            )
        with anyio.fail_after(60):
            while not {"mine", "too-large"} <= set(await listed(runtime)):  # noqa: ASYNC110  (nobody tells)
                await anyio.sleep(0.5)

        process = psutil.Process()
        before = process.memory_info().rss
        assert (await manage(runtime, "load", "xllamacpp:mine")).context == 2048
        assert await said(runtime, "xllamacpp:mine")
        there = process.memory_info().rss
        assert there - before > 80_000_000
        assert not (await manage(runtime, "unload", "xllamacpp:mine")).loaded
        assert process.memory_info().rss < there - 80_000_000

        with pytest.raises(
            NoMemory, match=r"too-large needs about .* for 32 dialogues, .* free; with a context"
        ):
            await manage(runtime, "load", "xllamacpp:too-large")

        assert (await manage(runtime, "reload")).model == f"auto:{SMALL}"
        assert await said(runtime)
        assert service.stats()["failed"] == 0
        group.cancel_scope.cancel()
