"""A live API on scripted owners, for what looks at Solo from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import anyio

from app.api.collector import Collector
from app.api.service import ApiService
from app.config.settings import Settings
from app.events.dialogue import (
    DialoguesEvent,
    ReadDialoguesEvent,
    ReplyEvent,
    StoredMessageEvent,
    TurnEndedEvent,
    UserSaidEvent,
)
from app.events.system import ReadyEvent, Span, TurnTracedEvent
from app.events.voice import AttentionEvent, AudioDeviceEvent
from app.kernel.lifecycle import ServiceStatus
from app.kernel.runtime import Runtime

STAGES = ("pause", "transcribe", "think", "clause", "synthesize", "play")
TALK = (
    ("user", "voice", "Hey, what is the capital of France?"),
    ("assistant", "voice", "The capital of France is Paris."),
    ("user", "api", "And <b>who</b> built the tower there?"),
    ("assistant", "api", "Gustave Eiffel's company built it for the fair of 1889."),
)


said: list[tuple[Literal["user", "assistant"], str, str]] = []
"""What was asked of the living one, and what it replied."""


def services(runtime: Runtime) -> list[ServiceStatus]:
    """One of each kind of state."""
    now = runtime.clock.monotonic()
    well = [
        ServiceStatus(name, "ready", since=now - age)
        for name, age in (
            ("database", 4000),
            ("status", 4000),
            ("dialogue", 3990),
            ("stt", 3985),
            ("api", 3980),
        )
    ]
    return [
        *well,
        ServiceStatus(
            "llm", "ready", restarts=2, last_error="The model's process ran out of memory.", since=now - 300
        ),
        ServiceStatus("memory", "starting"),
        ServiceStatus(
            "tts", "degraded", "The voice en_US-joe-medium is not here. Pull it: solo models pull."
        ),
    ]


def happen(runtime: Runtime, turns: int = 8) -> None:
    """Some turns, as after a while."""
    bus = runtime.bus
    bus.publish(ReadyEvent(seconds=3.2, degraded=("tts",)))
    bus.publish(AttentionEvent(state="asleep"))
    bus.publish(AudioDeviceEvent(role="microphone", state="ready", device="USB Audio"))
    bus.publish(AudioDeviceEvent(role="speaker", state="absent", device="", reason="no output device"))
    for number in range(turns):
        steps, spans = (550, 180 + 9 * number, 260 + 31 * number % 170, 120, 90, 60), list[Span]()
        for name, step in zip(STAGES, steps, strict=True):
            begin = spans[-1].end_ms if spans else 0.0
            spans.append(Span(name=name, start_ms=begin, end_ms=begin + step))
        key = f"{number:032x}"
        speed = 30.0 + 7 * (number % 3)
        bus.publish(
            TurnTracedEvent(
                turn=key,
                channel="voice" if number % 3 else "api",
                spans=tuple(spans),
                total_ms=spans[-1].end_ms,
                tokens_per_second=speed,
            )
        )
        bus.publish(
            TurnEndedEvent(
                turn=key,
                channel="voice",
                dialogue="d",
                user_text="?",
                reply_text="!",
                finish="cancelled" if number == 3 else "stop",
                model="qwen2.5-coder-0.5b-instruct",
                completion_tokens=24,
                tokens_per_second=speed,
            )
        )


async def reply(request: UserSaidEvent) -> Any:
    said.append(("user", "api", request.text))
    said.append(("assistant", "api", f"You said: {request.text}"))
    yield ReplyEvent(text=said[-1][2], dialogue="d", finish="stop")


async def history(request: ReadDialoguesEvent) -> Any:
    yield DialoguesEvent(
        messages=tuple(
            StoredMessageEvent(
                id=str(number),
                dialogue="d",
                role=role,
                content=content,
                channel=channel,
                created_at="2026-11-21T12:00:00Z",
            )
            for number, (role, channel, content) in enumerate((*TALK, *said))
        )
    )


@asynccontextmanager
async def living(settings: Settings) -> AsyncIterator[Runtime]:
    """A Solo that answers /status and /api/v1/dialogues on settings.api."""
    said.clear()
    runtime = Runtime.new()
    collector = Collector(runtime, settings, lambda: services(runtime))
    async with (
        runtime.bus.serve(ReadDialoguesEvent, history, name="dialogue"),
        runtime.bus.serve(UserSaidEvent, reply, name="dialogue"),
        anyio.create_task_group() as group,
    ):
        for service in (collector, ApiService(runtime, settings, collector)):
            ready = anyio.Event()
            group.start_soon(service.run, ready.set)
            await ready.wait()
        happen(runtime)
        yield runtime
        group.cancel_scope.cancel()


def settings_in(data_dir: Path, **dashboard: Any) -> Settings:
    """Any free port for the API."""
    return Settings.model_validate({"data_dir": data_dir, "api": {"port": 0}, "dashboard": dashboard})
