"""Before a model of this machine is loaded: its file, its own settings, and room in memory."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from app.config.llm import LlmSettings
from app.config.models import ModelSettings
from app.kernel.errors import BrokenFile, Busy, NoMemory, NotFound
from app.kernel.runtime import Runtime
from app.llm.engines.scripted import ScriptedModel
from app.llm.managing import Managing
from app.llm.models.inventory import Inventory
from app.llm.pool import EnginePool
from app.llm.port import LanguageModel
from app.llm.residence import MEGABYTE, Residence
from app.llm.roles.chain import Roles
from app.llm.spec import EngineSpec
from tests.unit.assets.ggufs import LLAMA, PLAIN, TOOLS, gguf, put

pytestmark = pytest.mark.anyio

NAMES = ("a", "b", "c", "d")


class Memory:
    """Of a machine: what its models take is told by the pool, as they are loaded and closed."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.taken: dict[int, int] = {}
        self.loads: list[str] = []
        self.damaged: set[str] = set()

    def free(self) -> int:
        return self.size - sum(self.taken.values())

    def build(self, spec: EngineSpec) -> LanguageModel:
        return _Weighty(spec, self)


class _Weighty(ScriptedModel):
    def __init__(self, spec: EngineSpec, memory: Memory) -> None:
        super().__init__(spec)
        self.spec = spec
        self._memory = memory

    async def load(self) -> None:
        await anyio.sleep(1)
        await super().load()
        if self.spec.model in self._memory.damaged:
            raise BrokenFile("The library cannot load it.")
        self._memory.loads.append(self.spec.model)
        assert self.spec.file is not None
        self._memory.taken[id(self)] = takes(self.spec)

    async def close(self) -> None:
        await super().close()
        self._memory.taken.pop(id(self), None)


def takes(spec: EngineSpec) -> int:
    """As the rule reckons."""
    assert spec.file is not None
    from app.llm.models.estimate import estimate

    shape = Inventory(()).at(spec.file).facts.shape
    return estimate(shape, spec.context, slots=spec.slots).ram


def spec(folder: Path, model: str, **changes: object) -> EngineSpec:
    settings = LlmSettings()
    role = settings.generation.model_copy(update={"model": model, "engine": "xllamacpp", "gpu_layers": 0})
    return replace(EngineSpec.of_role(settings, role, folder, offline=True), **changes)  # type: ignore[arg-type]


def house(runtime: Runtime, folder: Path, memory: Memory, **settings: object) -> Residence:
    said = LlmSettings(memory_margin_mb=0).model_copy(update=settings)
    return Residence(runtime, said, Inventory((folder,)), free=memory.free, cards=lambda engine, device: 0)


@asynccontextmanager
async def pooled(
    runtime: Runtime, folder: Path, memory: Memory, *, kept: tuple[EngineSpec, ...] = (), **settings: object
) -> AsyncGenerator[EnginePool]:
    home = house(runtime, folder, memory, **settings)
    pool = EnginePool(runtime.clock, memory.build, lambda *_: None, home, lambda: kept)
    yield pool
    await pool.close()
    assert not memory.taken


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        put(tmp_path, f"{name}.gguf", gguf(more=PLAIN))
    return tmp_path


ROOMY = 64_000 * MEGABYTE


async def no_one_leaves(spec: EngineSpec) -> None:
    raise AssertionError(spec)


async def used(pool: EnginePool, *specs: EngineSpec) -> None:
    for one in specs:
        async with pool.use(one):
            pass
        await anyio.sleep(1)


async def test_two_names_of_one_file_share_one_engine(runtime: Runtime, folder: Path) -> None:
    memory = Memory(ROOMY)
    async with pooled(runtime, folder, memory) as pool:
        await used(pool, spec(folder, "a"), spec(folder, str(folder / "a.gguf")), spec(folder, "a"))
        assert memory.loads == ["a"]
        assert pool.engine(spec(folder, "a")) is not None


async def test_a_setting_may_say_what_the_model_is_for(runtime: Runtime, folder: Path) -> None:
    put(folder, "caller.gguf", gguf(LLAMA, {"token_embd.weight": (64, 9000)}, more=TOOLS))
    home = house(runtime, folder, Memory(ROOMY))
    found = await home.found(spec(folder, "smallest that can call tools"))
    assert (found.model, found.file, found.context) == ("caller", folder / "caller.gguf", 4096)
    assert (await home.found(spec(folder, "best with 8k context"))).context == 8192
    assert (await home.found(spec(folder, "best"))).model == "caller"
    with pytest.raises(NotFound, match="No model that is here will do"):
        await home.found(spec(folder, "best with 100k context"))


async def test_a_file_of_that_very_name_goes_before_what_it_may_mean(runtime: Runtime, folder: Path) -> None:
    put(folder, "best.gguf")
    assert (await house(runtime, folder, Memory(ROOMY)).found(spec(folder, "best"))).model == "best"


async def test_what_is_set_for_a_model_goes_before_what_its_role_says(runtime: Runtime, folder: Path) -> None:
    put(folder, "Little.Llama-1b.gguf")
    own = ModelSettings(context=1024, threads=3, slots=1, device="cpu")
    home = house(runtime, folder, Memory(ROOMY), models={"little_llama_1b": own})
    found = await home.found(spec(folder, "Little.Llama-1b", gpu_layers=-1))
    assert (found.context, found.threads, found.slots, found.gpu_layers) == (1024, 3, 1, 0)
    other = await home.found(spec(folder, "a"))
    assert (other.context, other.threads, other.slots) == (4096, 0, 3)


async def test_layers_are_placed_for_the_engine_that_would_put_all_of_them_on_the_card(
    runtime: Runtime, folder: Path
) -> None:
    def cards(engine: str, device: str) -> int:
        return {"1": 500, "2": 401}.get(device, 0) * MEGABYTE

    memory = Memory(ROOMY)
    own = {"a": ModelSettings(device="1"), "c": ModelSettings(device="2")}
    said = LlmSettings(memory_margin_mb=0, models=own)
    home = Residence(runtime, said, Inventory((folder,)), free=memory.free, cards=cards)
    placed = {}
    for name in "abc":
        asked = await home.found(spec(folder, name, engine="llama_cpp", gpu_layers=-1))
        placed[name] = (await home.admit(asked, list, no_one_leaves))[0].gpu_layers
    assert placed == {"a": 3, "b": -1, "c": 0}, "all of it, no card at all, a card that is full"


async def test_who_was_not_needed_for_longest_makes_room(runtime: Runtime, folder: Path) -> None:
    memory = Memory(ROOMY)
    a, b, c = (spec(folder, name) for name in "abc")
    async with pooled(runtime, folder, memory) as pool:
        await used(pool, a, b, a)
        memory.size = sum(memory.taken.values()) + 1000
        await used(pool, c)
        assert sorted(found.model for found in pool.engines()) == ["a", "c"]


async def test_who_answers_people_does_not_go_and_who_comes_hears_why(runtime: Runtime, folder: Path) -> None:
    memory = Memory(ROOMY)
    a, b = spec(folder, "a"), spec(folder, "b", context=8192)
    async with pooled(runtime, folder, memory, kept=(a,)) as pool:
        await used(pool, a)
        memory.size = sum(memory.taken.values()) + 26 * MEGABYTE
        with pytest.raises(NoMemory, match=r"b needs about \d+ MB for 3 dialogues, 26 MB are free"):
            await used(pool, b)
        assert [found.model for found in pool.engines()] == ["a"]
        async with pool.use(b, instead_of=a):
            assert [found.model for found in pool.engines()] == ["b"]


async def test_who_was_replaced_comes_back_when_the_other_cannot_be_had(
    runtime: Runtime, folder: Path
) -> None:
    memory = Memory(ROOMY)
    memory.damaged.add("b")
    a, b = spec(folder, "a"), spec(folder, "b")
    warmed: list[str] = []

    async def warm(engine: LanguageModel) -> None:
        assert isinstance(engine, _Weighty)
        warmed.append(engine.spec.model)

    said = LlmSettings(memory_margin_mb=0)
    home = house(runtime, folder, memory)
    async with pooled(runtime, folder, memory, kept=(a,)) as pool:
        managing = Managing(runtime.clock, pool, home, Roles(said), spec_of=lambda role, target: a, warm=warm)
        await used(pool, a)
        memory.size = sum(memory.taken.values()) + 1000
        with pytest.raises(BrokenFile):
            await managing.bring("generation", b)
        assert (memory.loads, warmed) == (["a", "a"], ["a"])
        memory.damaged.clear()
        await managing.bring("generation", b)
        assert [found.model for found in pool.engines()] == ["b"]


async def test_who_is_replaced_answers_to_the_end_first(runtime: Runtime, folder: Path) -> None:
    memory = Memory(ROOMY)
    a, b = spec(folder, "a"), spec(folder, "b")
    order: list[str] = []

    async def answer(pool: EnginePool) -> None:
        async with pool.use(a):
            await anyio.sleep(10)
            order.append("answered")

    async with pooled(runtime, folder, memory, kept=(a,)) as pool, anyio.create_task_group() as group:
        await used(pool, a)
        memory.size = sum(memory.taken.values()) + 1000
        group.start_soon(answer, pool)
        await anyio.sleep(1)
        async with pool.use(b, instead_of=a):
            order.append("loaded")
    assert order == ["answered", "loaded"]


async def test_an_answer_without_end_does_not_hold_up_an_unloading_for_ever(
    runtime: Runtime, folder: Path
) -> None:
    a = spec(folder, "a")
    async with pooled(runtime, folder, Memory(ROOMY)) as pool, pool.use(a):
        with pytest.raises(Busy, match="answering"):
            await pool.retire(a)
        assert pool.engine(a) is not None


async def test_who_comes_while_it_is_unloaded_has_it_loaded_anew(runtime: Runtime, folder: Path) -> None:
    memory = Memory(ROOMY)
    a = spec(folder, "a")
    async with pooled(runtime, folder, memory) as pool:
        await used(pool, a)
        async with anyio.create_task_group() as group:
            group.start_soon(pool.retire, a)
            group.start_soon(used, pool, a)
        assert memory.loads == ["a", "a"]


async def test_a_margin_is_left_and_may_be_switched_off(runtime: Runtime, folder: Path) -> None:
    memory = Memory(300 * MEGABYTE)
    async with pooled(runtime, folder, memory, memory_margin_mb=290) as pool:
        with pytest.raises(NoMemory):
            await used(pool, spec(folder, "a"))
    async with pooled(runtime, folder, Memory(0), memory_margin_mb=-1) as pool:
        await used(pool, spec(folder, "a"))


@pytest.mark.parametrize("seed", range(6))
async def test_however_people_ask_memory_holds_and_nobody_waits_for_ever(
    runtime: Runtime, folder: Path, seed: int
) -> None:
    chance = random.Random(seed)
    one = takes(spec(folder, "a", file=folder / "a.gguf"))
    memory = Memory(int(one * chance.uniform(2.5, 4.5)))
    specs = [spec(folder, name, context=context) for name in NAMES for context in (2048, 4096)]
    ended = refused = 0

    async def person(pool: EnginePool) -> None:
        nonlocal ended, refused
        for _ in range(12):
            await anyio.sleep(chance.uniform(0, 20))
            try:
                async with pool.use(chance.choice(specs)):
                    assert memory.free() >= 0
                    await anyio.sleep(chance.uniform(0, 5))
                ended += 1
            except NoMemory:
                refused += 1

    async with pooled(runtime, folder, memory, kept=(specs[0],)) as pool:
        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(person, pool)
    assert ended + refused == 72
    assert ended > 36
