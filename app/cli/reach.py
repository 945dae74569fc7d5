"""The Solo that a command talks to: the one that runs on this data folder, else parts of one of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from app.events.base import Answer, Request

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

    from app.api.client import SoloClient
    from app.config.settings import Settings
    from app.kernel.runtime import Runtime

A = TypeVar("A", bound=Answer)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OwnSolo:
    """Parts of Solo in a thread of this process."""

    portal: BlockingPortal
    runtime: Runtime

    def request(self, request: Request, kind: type[A]) -> A:
        """Ask and wait for the answer of that kind."""
        return self.portal.call(self.runtime.bus.request, request, kind)


@contextmanager
def reached(
    settings: Settings,
    parts: set[str],
    remote: Callable[[SoloClient], T],
    own: Callable[[OwnSolo], T],
) -> Generator[T]:
    """What speaks with the Solo that runs, else with these parts of one, started for this.

    Raises the reason of a part that could not start.
    """
    from app.api.client import SoloClient

    client = SoloClient.find(settings)
    if client is not None:
        with client:
            yield remote(client)
        return
    from anyio.from_thread import start_blocking_portal

    from app.kernel import log
    from app.main import serving

    log.configure(settings.log, settings.logs_dir)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(settings, parts)) as runtime,
    ):
        yield own(OwnSolo(portal, runtime))
