"""Wires memory: what main starts for it, and in which order.

Its imports (the database's library, numpy) are slow, so they wait until a service is made.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from app.config.settings import Settings
from app.kernel.lifecycle import Service, ServiceSpec
from app.kernel.runtime import Runtime

if TYPE_CHECKING:
    from app.db.engine import Database
    from app.memory.slot import IndexSlot

PATIENCE = 5.0
"""Seconds that a single command waits for the embedding model."""


def memory_specs(
    runtime: Runtime, settings: Settings, database: Callable[[], Database], *, attach: bool = True
) -> list[ServiceSpec]:
    """Memory, and the chosen index after everything else (attach=False: the rows do, for a single
    command)."""

    @cache
    def slot() -> IndexSlot:
        from app.memory.slot import IndexSlot

        return IndexSlot()

    def memory() -> Service:
        from app.memory.service import MemoryService

        patience = 0.0 if attach else PATIENCE
        return MemoryService(runtime, settings.memory, database(), slot(), patience=patience)

    def index() -> Service:
        from app.memory.attach import IndexService, index_factory

        factory = index_factory(settings.memory.index, settings.data_dir / settings.memory.index)
        return IndexService(runtime, database(), slot(), factory)

    specs = [ServiceSpec("memory", memory, needs=("database",))]
    if attach and settings.memory.index != "numpy":
        specs.append(ServiceSpec("memory_index", index, needs=("memory",), after_ready=True))
    return specs
