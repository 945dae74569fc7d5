"""What `solo run` prints: a short friendly screen, or one line per happening for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.events.base import Event
from app.events.dialogue import TurnEndedEvent
from app.events.llm import ModelReadyEvent
from app.events.skills import AnnouncementEvent
from app.events.system import ReadyEvent, ServiceStateEvent
from app.events.voice import (
    AttentionEvent,
    AudioDeviceEvent,
    BargeInEvent,
    EchoEvent,
    FillerEvent,
    NoJudgeEvent,
    NoSpeechEvent,
    NoVoiceEvent,
    PartialTranscriptEvent,
    STTEvent,
    UnspokenEvent,
    WakeWordEvent,
)

if TYPE_CHECKING:
    from app.main import Solo

SHOWN = (
    ReadyEvent,
    ServiceStateEvent,
    WakeWordEvent,
    PartialTranscriptEvent,
    STTEvent,
    TurnEndedEvent,
    NoSpeechEvent,
    BargeInEvent,
    AttentionEvent,
    FillerEvent,
    AudioDeviceEvent,
    EchoEvent,
    NoVoiceEvent,
    NoJudgeEvent,
    UnspokenEvent,
    ModelReadyEvent,
    AnnouncementEvent,
)


UNANSWERED = {"not_meant": "that was not for me", "farewell": "no longer listening"}
"""What is shown for what got no answer."""


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
        case AttentionEvent(state="listening", reason="follow_up"):
            return "LISTENING"
        case AttentionEvent(state="asleep", reason="follow_up_over"):
            return "ASLEEP"
        case FillerEvent():
            return f"MEANWHILE {event.text}"
        case AnnouncementEvent():
            return f"ANNOUNCED {event.kind} {' '.join(event.text.split())}"
        case AudioDeviceEvent():
            return f"DEVICE {event.role} {event.state} {event.device}".rstrip()
        case EchoEvent(state="degraded"):
            return f"ECHO {event.reason}"
        case NoJudgeEvent():
            return f"JUDGE {event.reason}"
        case UnspokenEvent():
            return f"UNSPOKEN {event.reason}"
        case NoVoiceEvent():
            return f"VOICE {event.language} {event.reason}"
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
            return Text(f"○ {UNANSWERED.get(event.reason, 'nothing said')}", style="dim")
        case AttentionEvent(state="listening", reason="follow_up"):
            return Text("● still listening …", style="green")
        case AttentionEvent(state="asleep", reason="follow_up_over"):
            return Text("○ no longer listening", style="dim")
        case FillerEvent():
            return Text(f"… {event.text}", style="dim")
        case BargeInEvent():
            return Text("■ interrupted", style="dim")
        case AnnouncementEvent():
            return Text.assemble(("♪     ", "bold yellow"), event.text)
        case ServiceStateEvent(state="degraded"):
            return Text(f"! {event.service}: {event.reason}", style="yellow")
        case EchoEvent(state="degraded"):
            return Text(f"! echo: {event.reason}", style="yellow")
        case NoJudgeEvent():
            return Text(f"! end of turn: {event.reason}", style="yellow")
        case UnspokenEvent():
            return Text(f"! not spoken: {event.reason}", style="yellow")
        case NoVoiceEvent():
            return Text(f"! voice: {event.reason}", style="yellow")
        case AudioDeviceEvent(state="lost"):
            return Text(f"! lost the {event.role} {event.device}", style="yellow")
        case _:
            return None


def welcome(solo: Solo, ready: ReadyEvent, parts: dict[str, str]) -> Panel:
    """What Solo listens for, with what, and where its doors are."""
    rows = Table.grid(padding=(0, 2))
    for name, value in overview(solo, ready, parts):
        rows.add_row(Text(name, style="bold"), Text(value))
    title = f"Solo is ready ({ready.seconds:.1f} s)"
    return Panel(rows, title=title, title_align="left", expand=False, border_style="green")


def overview(solo: Solo, ready: ReadyEvent, parts: dict[str, str]) -> list[tuple[str, str]]:
    """Name and value of each line of the welcome."""
    settings, down = solo.settings, set(ready.degraded)
    rows = [("Talk", _how_to_talk(solo, down))]
    rows += [(name.capitalize(), value) for name, value in sorted(parts.items())]
    if settings.voice.hotkey.key and settings.voice.enabled and "hotkey" not in down:
        rows.append(("Key", f"{settings.voice.hotkey.mode} {settings.voice.hotkey.key}"))
    rows.append(("Type", "solo chat, or solo ask TEXT, in another terminal"))
    if settings.api.enabled and "api" not in down:
        rows.append(("API", f"http://{settings.api.host}:{settings.api.port}/status"))
        if settings.dashboard.autostart:
            rows.append(("Dashboard", f"http://127.0.0.1:{settings.dashboard.port}"))
    rows += [("Not running", f"{name} (solo doctor says more)") for name in sorted(down)]
    return [*rows, ("Stop", "Ctrl-C")]


def _how_to_talk(solo: Solo, down: set[str]) -> str:
    voice = solo.settings.voice
    if not voice.enabled or "microphone" in down:
        return "I have no microphone here: type, use the API, or solo talk --in question.wav"
    if voice.wake.engine == "none":
        return "just talk, I am listening"
    if "wake" in down:
        return "press the key or use the API: the wake word is not running"
    words = " or ".join(f"“{word.replace('_', ' ').title()}”" for word in voice.wake.words)
    return f"say {words}, then go on talking"
