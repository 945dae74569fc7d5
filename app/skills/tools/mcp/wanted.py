"""Which server is wanted, and how patient Solo is with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.config.tools import McpServer


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. connect: to be started (a package may have to be fetched first), greeted and listed; answer:
    to any question but a call; beat: between looks whether it lives; call: no call lasts longer."""

    connect: float = 60.0
    answer: float = 10.0
    beat: float = 30.0
    call: float = 3600.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A server of the settings. servers: the names of all; offline: nothing beyond this machine is
    connected to."""

    name: str
    server: McpServer
    servers: frozenset[str] = frozenset()
    offline: bool = False
    pace: Pace = field(default_factory=Pace)
