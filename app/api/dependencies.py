"""What the routes are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import anyio
from fastapi import Depends
from starlette.requests import HTTPConnection

from app.api.collector import Collector
from app.config.settings import Settings
from app.kernel.errors import TooLarge
from app.kernel.runtime import Runtime


@dataclass(frozen=True)
class Deps:
    """token: what opens everything below /api/; closing: set when the door is about to close, so
    that answers without an end find one."""

    runtime: Runtime
    settings: Settings
    collector: Collector
    token: str = field(repr=False)
    closing: anyio.Event = field(default_factory=anyio.Event)


def _deps(connection: HTTPConnection) -> Deps:
    return connection.app.state.deps


Given = Annotated[Deps, Depends(_deps)]
"""A route's parameter of this type gets the Deps."""


def check_text(text: str, deps: Deps, what: str = "text") -> str:
    """Raise TooLarge when it is longer than the setting allows."""
    most = deps.settings.api.max_text_chars
    if len(text) > most:
        raise TooLarge(
            f"The {what} is {len(text)} characters long; the limit is {most}.",
            hint="Raise it with SOLO_API__MAX_TEXT_CHARS.",
        )
    return text
