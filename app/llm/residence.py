"""What is seen to before a model of this machine is loaded: which file its name stands for, what the
settings say of that very model, whether there is room, and who goes for it where there is none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from app.config.llm import LlmSettings
from app.config.models import of_model
from app.kernel.errors import BadInput, BrokenFile, NotFound
from app.kernel.runtime import Runtime
from app.llm.engines.table import resolve
from app.llm.models.admission import Resident, Wanted, leaving, no_room
from app.llm.models.checkpoint_memory import wanted_checkpoint
from app.llm.models.estimate import BATCH
from app.llm.models.inventory import Inventory
from app.llm.models.machine import free_memory, video_memory
from app.llm.spec import CHECKPOINTS, IN_PROCESS, EngineSpec
from app.llm.weights import Found, find

log = structlog.get_logger("solo.llm")

MEGABYTE = 1_000_000
SEQUENTIAL = "llama_cpp"
"""The engine that keeps one dialogue, and reads larger batches."""
ITS_BATCH = 128

Loaded = Callable[[], Sequence[Resident[EngineSpec]]]
"""Those that are loaded and may go now."""
Leave = Callable[[EngineSpec], Awaitable[None]]
"""Has one of them unloaded."""


class Residence:
    """See the module. free: bytes of memory that there are now; cards: bytes of the graphics cards that an
    engine can use."""

    def __init__(
        self,
        runtime: Runtime,
        settings: LlmSettings,
        inventory: Inventory,
        *,
        free: Callable[[], int] = free_memory,
        cards: Callable[[str, str], int] = video_memory,
    ) -> None:
        self._pool = runtime.pool
        self._settings = settings
        self._inventory = inventory
        self._free = free
        self._cards = cards

    async def settled(self, spec: EngineSpec) -> EngineSpec:
        """The same with its file and what holds for that model; as it is where that is none of this
        machine, or is not found: the engine says so."""
        if not is_file(spec):
            return spec
        try:
            return await self.found(spec)
        except (NotFound, BrokenFile, BadInput):
            return spec

    async def found(self, spec: EngineSpec) -> EngineSpec:
        """The same with its file. Raises NotFound, BrokenFile, BadInput."""
        if spec.file is not None or not is_file(spec):
            return spec
        found = await self._pool.run(find, spec, self._inventory, spare=self._spare)
        if found.reason:
            log.info("model_selected", wanted=spec.model, model=found.name, reason=found.reason)
        return settled(spec, found, self._settings)

    @property
    def _spare(self) -> int:
        return max(0, self._settings.memory_margin_mb) * MEGABYTE

    async def admit(self, spec: EngineSpec, loaded: Loaded, leave: Leave) -> tuple[EngineSpec, int]:
        """What to build, its layers placed, and the bytes of memory that it takes; whoever had to go for it
        has gone. Raises NoMemory."""
        if spec.file is None:
            return spec, 0
        wanted = await self._pool.run(self._wanted, spec, spec.file)
        said = wanted.takes()
        if self._settings.memory_margin_mb >= 0:
            await self._make_room(wanted, said.ram, loaded, leave)
        if spec.gpu_layers < 0 and wanted.vram and resolve(spec.engine) == SEQUENTIAL:
            # xllamacpp's library measures by itself how many fit; this one would try to put all there.
            spec = replace(spec, gpu_layers=said.layers)
            log.info("layers_placed", model=spec.model, layers=said.layers, of=wanted.shape.blocks + 1)
        elif resolve(spec.engine) == CHECKPOINTS:
            spec = replace(spec, gpu_layers=-1 if wanted.vram else 0)  # all of it, or nothing
        return spec, said.ram

    def _wanted(self, spec: EngineSpec, file: Path) -> Wanted:
        entry = self._inventory.at(file)
        engine = resolve(spec.engine)
        if engine == CHECKPOINTS:
            card = self._cards(engine, spec.device or "0") if spec.gpu_layers else 0
            return wanted_checkpoint(spec.model, entry.facts, spec.context, card)
        vram = self._cards(engine, spec.device) if spec.gpu_layers else 0
        one = engine == SEQUENTIAL
        return Wanted(
            name=spec.model,
            shape=entry.facts.shape,
            context=spec.context,
            slots=1 if one else spec.slots,
            batch=ITS_BATCH if one else BATCH,
            vram=vram,
            layers=spec.gpu_layers,
        )

    async def _make_room(self, wanted: Wanted, needed: int, loaded: Loaded, leave: Leave) -> None:
        while needed > (free := self._free() - self._spare):
            going = leaving(needed, free, loaded())
            if not going:
                raise no_room(wanted, free)
            # One after the other: who may go, and how much that gave, is looked at anew each time.
            log.info("model_makes_room", model=going[0].model, wanted=wanted.name)
            await leave(going[0])


def is_file(spec: EngineSpec) -> bool:
    """Whether the model is a file that is loaded into this process."""
    return spec.remote is None and resolve(spec.engine) in IN_PROCESS


def settled(spec: EngineSpec, found: Found, settings: LlmSettings) -> EngineSpec:
    """The spec of the file that was found. What the settings say of this model goes before what its role
    says; a window that it was chosen for is the least that it gets."""
    own = of_model(settings.models, found.name)
    context = spec.context if own.context is None else own.context
    layers = spec.gpu_layers if own.gpu_layers is None else own.gpu_layers
    return replace(
        spec,
        engine=CHECKPOINTS if found.checkpoint else resolve(spec.engine),
        model=found.name,
        file=found.path,
        context=max(context, found.context),
        slots=spec.slots if own.slots is None else own.slots,
        threads=spec.threads if own.threads is None else own.threads,
        gpu_layers=0 if own.device == "cpu" else layers,
        device=own.device,
    )
