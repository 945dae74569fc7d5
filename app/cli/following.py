"""Follows a Solo that runs: on the screen for people, line by line for programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app.cli.happenings import plain_line, welcome
from app.cli.output import console
from app.cli.screen import Screen
from app.events.llm import ModelReadyEvent
from app.events.system import ReadyEvent
from app.events.voice import AudioDeviceEvent

if TYPE_CHECKING:
    from app.events.base import Event
    from app.main import Solo


async def follow(solo: Solo, plain: bool) -> None:
    """Print what happens until cancelled."""
    screen = Screen(console())
    try:
        await _follow(solo, screen, plain=plain)
    finally:
        screen.close()


async def _follow(solo: Solo, screen: Screen, *, plain: bool) -> None:
    parts: dict[str, str] = {}
    async for event in solo.events:
        if isinstance(event, AudioDeviceEvent):
            parts[event.role] = event.device if event.state == "ready" else "none"
        elif isinstance(event, ModelReadyEvent):
            parts["model"] = f"{event.model} ({event.engine}, {event.context} tokens)"
        if plain:
            _print_plain(event)
        elif isinstance(event, ReadyEvent):
            screen.print(welcome(solo, event, parts))
        else:
            screen.show(event)


def _print_plain(event: Event) -> None:
    line = plain_line(event)
    if line:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
