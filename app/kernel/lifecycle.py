"""What a service is, and how it is started, watched and stopped.

A service is an object with one coroutine, `run(ready)`: it sets itself up, calls `ready()` when
others may rely on it, works until it is cancelled, and cleans up on the way out.  The supervisor
owns factories, not instances: a restart is a new object.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from app.events.system import ServiceState

Ready = Callable[[], None]


class Service(Protocol):
    """One supervised coroutine."""

    async def run(self, ready: Ready) -> None:
        """Work until cancelled. An error before `ready()` fails the start; one after it makes the
        supervisor start a new object. Returning is stopping on purpose."""
        ...


@dataclass(frozen=True, slots=True)
class Restart:
    """How often and how fast a crashed service is started again.

    The n-th try waits first · factor^(n-1) seconds, at most `longest`, ± `jitter` of itself.
    `tries` crashes without `steady` seconds of health between them, and it is given up: degraded.
    `revive`: seconds after which a degraded service is tried again (a microphone may be plugged
    in); None: never.
    """

    tries: int = 5
    first: float = 0.2
    factor: float = 2.0
    longest: float = 10.0
    jitter: float = 0.2
    steady: float = 60.0
    revive: float | None = None

    def delay(self, attempt: int) -> float:
        """Seconds to wait before try number `attempt` (from 1), before jitter."""
        return min(self.longest, self.first * self.factor ** (attempt - 1))


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """How to run a service.

    needs: services that must be ready first; while one of them is degraded this one is not
    started. `after_ready`: not waited for by READY, started when everything else is up (Chroma,
    dashboard). `essential`: when it cannot start, Solo does not start.
    """

    name: str
    factory: Callable[[], Service]
    needs: tuple[str, ...] = ()
    after_ready: bool = False
    essential: bool = False
    start_timeout: float = 120.0
    stop_timeout: float = 5.0
    restart: Restart = field(default_factory=Restart)


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """How a service is. since: monotonic seconds at which it became ready, None before."""

    name: str
    state: ServiceState
    reason: str = ""
    restarts: int = 0
    last_error: str = ""
    since: float | None = None
