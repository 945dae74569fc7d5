"""What those who bring tools are given to make them with."""

from __future__ import annotations

from dataclasses import dataclass

from app.config.settings import Settings
from app.kernel.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Surroundings:
    """runtime: its bus, clock and pool, by which tools talk to the other parts; settings: all of them."""

    runtime: Runtime
    settings: Settings
