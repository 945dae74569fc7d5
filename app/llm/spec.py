"""What an engine of the language model is built from: settings, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.config.llm import LlmSettings, RoleSettings, ServerSettings


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """One engine to build. Equal specs are served by one engine, whatever their roles are.

    context: tokens per dialogue; slots: dialogues kept warm; threads: 0 takes what the machine
    has, at most eight; gpu_layers: -1 takes as many as fit; offline: loopback addresses only.
    """

    engine: str
    model: str
    context: int
    threads: int
    gpu_layers: int
    slots: int
    server: ServerSettings
    models_dir: Path
    offline: bool = False

    @classmethod
    def of_role(
        cls, settings: LlmSettings, role: RoleSettings, models_dir: Path, offline: bool
    ) -> EngineSpec:
        """The engine that a role of the settings asks for."""
        return cls(
            engine=role.engine,
            model=role.model,
            context=role.context,
            threads=role.threads,
            gpu_layers=role.gpu_layers,
            slots=settings.slots,
            server=settings.server,
            models_dir=models_dir,
            offline=offline,
        )


def thread_count(wanted: int, cores: int) -> int:
    """CPU threads for a model: as told, else all cores, at most eight (more only fight for memory)."""
    return wanted or max(1, min(8, cores))
