"""Wires memory: what main starts for it, and in which order."""

from __future__ import annotations

from app.config.settings import Settings
from app.db.engine import Database
from app.kernel.lifecycle import ServiceSpec
from app.kernel.runtime import Runtime
from app.memory.attach import IndexService, index_factory
from app.memory.service import MemoryService
from app.memory.slot import IndexSlot

PATIENCE = 5.0
"""Seconds that a single command waits for the embedding model."""


def memory_specs(
    runtime: Runtime, settings: Settings, database: Database, *, attach: bool = True
) -> list[ServiceSpec]:
    """Memory, and the chosen index after everything else (attach=False: the rows do, for a single
    command)."""
    slot = IndexSlot()
    specs = [
        ServiceSpec(
            "memory",
            lambda: MemoryService(
                runtime, settings.memory, database, slot, patience=0.0 if attach else PATIENCE
            ),
            needs=("database",),
        )
    ]
    if attach and settings.memory.index != "numpy":
        factory = index_factory(settings.memory.index, settings.data_dir / settings.memory.index)
        specs.append(
            ServiceSpec(
                "memory_index",
                lambda: IndexService(runtime, database, slot, factory),
                needs=("memory",),
                after_ready=True,
            )
        )
    return specs
