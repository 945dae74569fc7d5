"""Models in the running service: listed as their files come and go, loaded and unloaded by command."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from app.config.llm import AnalysisSettings, GenerationSettings, LlmSettings, MaintenanceSettings
from app.config.models import ModelSettings
from app.events.llm import (
    ChatMessage,
    ChooseModelEvent,
    ListModelsEvent,
    LLMRequestEvent,
    LLMResponseEvent,
    ManageModelEvent,
    ModelAction,
    ModelChosenEvent,
    ModelManagedEvent,
    ModelOffer,
    ModelsEvent,
)
from app.kernel.errors import BrokenFile, NoMemory, NotFound
from app.kernel.runtime import Runtime
from app.llm.engines.scripted import ScriptedModel
from app.llm.port import LlmCapabilities
from app.llm.service import LlmService
from app.llm.spec import EngineSpec
from app.llm.weights import find_weights
from tests.unit.assets.ggufs import PLAIN, TOOLS, gguf, put

pytestmark = pytest.mark.anyio


class Named(ScriptedModel):
    """Says which model it is, and of what size its window."""

    def __init__(self, spec: EngineSpec, made: list[str]) -> None:
        super().__init__(spec, lambda _: f"I am {spec.model}.", delay=0.1)
        self.spec = spec
        made.append(spec.model)

    async def load(self) -> None:
        await super().load()
        if self.spec.engine != "scripted":
            find_weights(self.spec)

    @property
    def capabilities(self) -> LlmCapabilities:
        found = self.spec
        return LlmCapabilities(found.model, found.context, found.slots, local=True, counts_tokens=True)


@asynccontextmanager
async def running(
    runtime: Runtime, folder: Path, made: list[str] | None = None, **settings: object
) -> AsyncGenerator[LlmService]:
    said = LlmSettings(
        generation=GenerationSettings(engine="xllamacpp", model="first", gpu_layers=0),
        analysis=AnalysisSettings(engine="xllamacpp", model="first", gpu_layers=0),
        maintenance=MaintenanceSettings(engine="xllamacpp", model="first", gpu_layers=0),
        memory_margin_mb=-1,
    ).model_copy(update=settings)
    made = [] if made is None else made
    service = LlmService(runtime, said, folder, engines=lambda spec: Named(spec, made))
    ready = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(service.run, ready.set)
        await ready.wait()
        yield service
        group.cancel_scope.cancel()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path, "first.gguf", gguf(more=PLAIN))
    put(tmp_path, "second.gguf", gguf(more=TOOLS))
    return tmp_path


async def listed(runtime: Runtime) -> dict[str, ModelOffer]:
    found = await runtime.bus.request(ListModelsEvent(), ModelsEvent)
    return {offer.name: offer for offer in found.models if offer.local and offer.provider == "auto"}


async def manage(runtime: Runtime, action: ModelAction, model: str = "") -> ModelManagedEvent:
    return await runtime.bus.request(ManageModelEvent(action=action, model=model), ModelManagedEvent)


async def said(runtime: Runtime, **changes: object) -> str:
    asked = LLMRequestEvent(messages=(ChatMessage(role="user", content="Who?"),), **changes)  # type: ignore[arg-type]
    return (await runtime.bus.request(asked, LLMResponseEvent)).text


async def test_every_file_is_listed_with_what_its_header_says(runtime: Runtime, folder: Path) -> None:
    put(folder, "adapter.gguf", gguf(more={"general.type": "adapter"}))
    put(folder, "cut.gguf", gguf()[:-900])
    async with running(runtime, folder):
        await anyio.sleep(6)
        found = await listed(runtime)
    assert list(found) == ["auto:first", "auto:second"]
    first, second = found.values()
    assert (first.loaded, first.context) == (True, 4096), "what it was loaded with"
    assert (second.loaded, second.context, second.tools) == (False, 8192, True), "what its header says"
    assert second.size == (folder / "second.gguf").stat().st_size


async def test_a_file_that_comes_is_there_without_a_restart_and_one_that_goes_is_not(
    runtime: Runtime, folder: Path
) -> None:
    async with running(runtime, folder):
        await listed(runtime)
        put(folder, "third.gguf")
        (folder / "second.gguf").unlink()
        await anyio.sleep(11)
        assert list(await listed(runtime)) == ["auto:first", "auto:third"]
        assert await said(runtime, model="auto:third") == "I am third."


async def test_a_role_may_say_what_its_model_is_for(runtime: Runtime, folder: Path) -> None:
    needs = GenerationSettings(engine="xllamacpp", model="smallest that can call tools", gpu_layers=0)
    async with running(runtime, folder, generation=needs):
        assert await said(runtime) == "I am second."
        chains = (await runtime.bus.request(ListModelsEvent(), ModelsEvent)).roles
        assert chains[0].targets == ("xllamacpp:second",)
        with pytest.raises(NotFound):
            await runtime.bus.request(ChooseModelEvent(model="best with 100k context"), ModelChosenEvent)
        await runtime.bus.request(ChooseModelEvent(model="best first"), ModelChosenEvent)
        assert await said(runtime) == "I am first."


async def test_what_is_set_for_a_model_holds_when_it_is_loaded(runtime: Runtime, folder: Path) -> None:
    async with running(runtime, folder, models={"second": ModelSettings(context=1024)}):
        assert (await manage(runtime, "load", "second")).context == 1024
        assert (await listed(runtime))["auto:second"].context == 1024


async def test_a_model_is_loaded_before_it_is_needed_and_given_back(runtime: Runtime, folder: Path) -> None:
    made: list[str] = []
    async with running(runtime, folder, made):
        done = await manage(runtime, "load", "second")
        assert (done.model, done.loaded, done.context) == ("auto:second", True, 4096)
        assert await said(runtime, model="auto:second") == "I am second."
        assert made == ["first", "second"]
        gone = await manage(runtime, "unload", "auto:second")
        assert (gone.model, gone.loaded, gone.context) == ("auto:second", False, 0)
        assert not (await listed(runtime))["auto:second"].loaded
        with pytest.raises(NotFound, match="second is not loaded"):
            await manage(runtime, "unload", "second")
        with pytest.raises(NotFound, match="third"):
            await manage(runtime, "load", "third")


async def test_the_model_that_answers_people_is_read_anew_and_goes_on_answering(
    runtime: Runtime, folder: Path
) -> None:
    made: list[str] = []
    async with running(runtime, folder, made) as service:
        answers: list[str] = []

        async def ask() -> None:
            answers.append(await said(runtime))

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await anyio.sleep(0.15)
            done = await manage(runtime, "reload")
            assert answers == ["I am first."], "who was being answered heard the end of it"
        assert (done.model, done.loaded) == ("auto:first", True)
        assert made == ["first", "first"]
        assert await said(runtime) == await said(runtime, role="analysis") == "I am first."
        assert service.stats()["failed"] == 0


async def test_what_is_loaded_stays_when_its_file_cannot_be_read_anew(runtime: Runtime, folder: Path) -> None:
    made: list[str] = []
    async with running(runtime, folder, made):
        (folder / "first.gguf").write_bytes(gguf()[:-900])
        with pytest.raises(BrokenFile, match="cut short"):
            await manage(runtime, "reload", "first")
        assert await said(runtime) == "I am first."
    assert made == ["first"]


async def test_a_better_file_is_taken_when_the_model_is_read_anew(runtime: Runtime, folder: Path) -> None:
    needs = GenerationSettings(engine="xllamacpp", model="best", gpu_layers=0)
    (folder / "second.gguf").unlink()
    async with running(runtime, folder, generation=needs):
        assert await said(runtime) == "I am first."
        put(folder, "large.gguf", gguf(tensors={"token_embd.weight": (64, 9000)}, more=PLAIN))
        assert await said(runtime) == "I am first."
        assert (await manage(runtime, "reload")).model == "auto:large"
        assert await said(runtime) == "I am large."


async def test_a_model_that_cannot_be_had_leaves_the_one_before(runtime: Runtime, folder: Path) -> None:
    made: list[str] = []
    (folder / "second.gguf").write_bytes(gguf()[:-900])
    async with running(runtime, folder, made):
        with pytest.raises(NotFound):
            await runtime.bus.request(ChooseModelEvent(model="third"), ModelChosenEvent)
        assert await said(runtime) == "I am first."


async def test_what_does_not_fit_says_so_and_lets_the_next_of_the_chain_answer(
    runtime: Runtime, folder: Path
) -> None:
    chain = GenerationSettings(engine="scripted", model="next")
    too_large = AnalysisSettings(
        engine="xllamacpp", model="second", fallback=("scripted:next",), gpu_layers=0
    )
    alone = too_large.model_copy(update={"fallback": ()})
    full = 10_000_000
    roles = {"generation": chain, "maintenance": MaintenanceSettings(**alone.model_dump())}
    async with running(runtime, folder, **roles, analysis=too_large, memory_margin_mb=full) as service:
        assert await said(runtime, role="analysis") == "I am next."
        for _ in range(5):
            with pytest.raises(NoMemory, match="second needs about 32 MB for 3 dialogues, 0 kB are free"):
                await said(runtime, role="maintenance")
        assert service.stats()["left_alone"] == {}, "it may fit the next time"
