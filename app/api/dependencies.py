"""What the routes are given."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Literal

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.api.asking import within
from app.api.collector import Collector
from app.api.threads import Threads
from app.config.settings import Settings
from app.kernel.errors import Unavailable
from app.kernel.runtime import Runtime


class Closing:
    """The word that the door is about to close, so that answers without an end find one."""

    def __init__(self) -> None:
        self._said = False
        self._ends: list[Callable[[], None]] = []

    def say(self) -> None:
        """End what is open, and what comes later."""
        self._said = True
        for end in self._ends:
            end()

    @contextmanager
    def calls(self, end: Callable[[], None]) -> Generator[None]:
        """Call `end` when the word comes while the context is open (at once if it has come)."""
        self._ends.append(end)
        if self._said:
            end()
        try:
            yield
        finally:
            self._ends.remove(end)


@dataclass(frozen=True)
class Deps:
    """token: what opens everything below /api/ and /v1/; threads: conversations that programs hold."""

    runtime: Runtime
    settings: Settings
    collector: Collector
    token: str = field(repr=False)
    closing: Closing = field(default_factory=Closing)
    threads: Threads = field(default_factory=Threads)


async def _deps(connection: HTTPConnection) -> Deps:  # a plain function would be called in a thread
    return connection.app.state.deps


Given = Annotated[Deps, Depends(_deps)]
"""A route's parameter of this type gets the Deps."""


def check_device(deps: Deps, role: Literal["microphone", "speaker"]) -> None:
    """Raise Unavailable, in the device's own words, when it is known to be away."""
    device = deps.collector.board.devices.get(role)
    if device is not None and device.state != "ready":
        raise Unavailable(device.reason or f"The {role} {device.device} is {device.state}.")


def check_text(text: str, deps: Deps, what: str = "text") -> str:
    """Raise TooLarge when it is longer than the setting allows."""
    return within(text, deps.settings.api, what)
