"""What `solo run` prints: a short friendly screen, or one line per happening for programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.cli.output import console
from app.events.base import Event
from app.events.dialogue import TurnEndedEvent
from app.events.system import ReadyEvent, ServiceStateEvent
from app.events.voice import AudioDeviceEvent, BargeInEvent, NoSpeechEvent, STTEvent, WakeWordEvent

if TYPE_CHECKING:
    from app.main import Solo

SHOWN = (
    ReadyEvent,
    ServiceStateEvent,
    WakeWordEvent,
    STTEvent,
    TurnEndedEvent,
    NoSpeechEvent,
    BargeInEvent,
    AudioDeviceEvent,
)


async def follow(solo: Solo, plain: bool) -> None:
    """Print what happens until cancelled."""
    with solo.runtime.bus.subscribe(*SHOWN, name="screen") as events:
        for event in solo.earlier():
            _print(solo, event, plain)
        async for event in events:
            _print(solo, event, plain)


def _print(solo: Solo, event: Event, plain: bool) -> None:
    if plain:
        line = plain_line(event)
        if line:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        return
    if isinstance(event, ReadyEvent):
        console().print(welcome(solo, event))
        return
    line = friendly_line(event)
    if line is not None:
        console().print(line)


def plain_line(event: Event) -> str:
    """One line for a program, beginning with a word in capitals; empty for what is not shown."""
    match event:
        case ReadyEvent():
            return f"READY {event.seconds:.2f}"
        case ServiceStateEvent(state="ready" | "degraded"):
            return f"SERVICE {event.service} {event.state} {event.reason}".rstrip()
        case WakeWordEvent():
            return f"WAKE {event.word}"
        case STTEvent(final=True):
            return f"HEARD {event.text}"
        case TurnEndedEvent():
            return f"SAID {' '.join(event.reply_text.split())}"
        case NoSpeechEvent():
            return f"NOTHING {event.reason}"
        case BargeInEvent():
            return f"INTERRUPTED {event.reason}"
        case AudioDeviceEvent():
            return f"DEVICE {event.role} {event.state} {event.device}".rstrip()
        case _:
            return ""


def friendly_line(event: Event) -> Text | None:
    """One line for a person; None for what is not shown."""
    match event:
        case WakeWordEvent():
            return Text("● listening …", style="green")
        case STTEvent(final=True) if event.text:
            return Text.assemble(("You   ", "bold cyan"), event.text)
        case TurnEndedEvent():
            return Text.assemble(("Solo  ", "bold magenta"), event.reply_text)
        case NoSpeechEvent():
            return Text("○ nothing said", style="dim")
        case BargeInEvent():
            return Text("■ interrupted", style="dim")
        case ServiceStateEvent(state="degraded"):
            return Text(f"! {event.service}: {event.reason}", style="yellow")
        case AudioDeviceEvent(state="lost"):
            return Text(f"! lost the {event.role} {event.device}", style="yellow")
        case _:
            return None


def welcome(solo: Solo, ready: ReadyEvent) -> Panel:
    """What Solo listens for, with what, and where its doors are."""
    rows = Table.grid(padding=(0, 2))
    for name, value in solo.overview():
        rows.add_row(Text(name, style="bold"), Text(value))
    title = f"Solo is ready ({ready.seconds:.1f} s)"
    return Panel(rows, title=title, title_align="left", expand=False, border_style="green")
