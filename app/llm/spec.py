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


MOST_THREADS = 8
"""More only fight for memory."""


def reading_threads(wanted: int, cores: int) -> int:
    """CPU threads that read prompts (and write for several dialogues at once): all there are."""
    return wanted or max(1, min(MOST_THREADS, cores))


def writing_threads(wanted: int, cores: int) -> int:
    """CPU threads that write one answer: a core is left to the voice that speaks it meanwhile.

    llama.cpp's threads wait for each other by spinning: where another program wants the core,
    two threads on two cores write many times slower than one.
    """
    return wanted or max(1, min(MOST_THREADS, cores - 1))
