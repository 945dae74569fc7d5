"""A Solo for conversation tests without models: everything is real but the engines, and time is
virtual.

People speak in tones, the wake word is half a second of 1 kHz that is too faint for a voice, and the
recognizer says the lines of its script.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import anyio
import numpy as np

from app.config.voice import TtsSettings, TurnSettings, VoiceSettings, WakeSettings
from app.events.base import Answer, Event
from app.events.dialogue import (
    ReplyDeltaEvent,
    ReplyEvent,
    TurnCancelledEvent,
    TurnEndedEvent,
    UserSaidEvent,
)
from app.events.voice import BargeInEvent
from app.kernel.blocking import Pool
from app.kernel.bus import Subscription
from app.kernel.runtime import Runtime
from app.kernel.service import LedgerService
from app.voice.audio.duplex import Duplex
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.hub import FrameHub
from app.voice.audio.pace import NoPace, Pace
from app.voice.audio.playback import Playback
from app.voice.audio.service import MicrophoneService, SpeakerService
from app.voice.audio.vad import ScriptedVad
from app.voice.conversation import HeldSource, listen
from app.voice.evals.clips import prepare
from app.voice.evals.read import read_scenario
from app.voice.evals.stage import Run, Stage
from app.voice.stt.scripted import ScriptedStt
from app.voice.stt.service import SttService
from app.voice.tts.scripted import ScriptedTts
from app.voice.tts.service import TtsService
from app.voice.turn.service import TurnService
from app.voice.wake.scripted import TONE_HZ, ScriptedWake
from app.voice.wake.service import WakeService

P = ParamSpec("P")
T = TypeVar("T")


def tone(seconds: float, hertz: float = 300) -> Samples:
    made = 0.3 * np.sin(np.arange(round(seconds * RATE)) * (2 * np.pi * hertz / RATE))
    return made.astype(np.float32)


def speak(text: str, voice: str | None, speed: float) -> Samples:
    """A tenth of a second for each letter; "wake" is the wake word."""
    return tone(0.5, TONE_HZ) / np.float32(15) if text == "wake" else tone(0.1 * len(text) / speed)


class Inline(Pool):
    """Virtual time does not wait for threads."""

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return call(*args, **kwargs)


@asynccontextmanager
async def conversing(
    runtime: Runtime, duplex: Duplex, pace: Pace, *, wake: str, lines: Sequence[str], reply: str, **turn: Any
) -> AsyncGenerator[Subscription[Event]]:
    settings = VoiceSettings(
        wake=WakeSettings(engine=wake, second_look=False),
        turn=TurnSettings(**turn),
        tts=TtsSettings(engine="scripted"),
    )
    hub, playback, source = FrameHub(), Playback(), HeldSource(duplex.source)
    stepping = None if isinstance(pace, NoPace) else pace

    async def answer(said: UserSaidEvent) -> AsyncGenerator[Answer, None]:
        yield ReplyDeltaEvent(turn=said.turn, text=reply)
        yield ReplyEvent(turn=said.turn, text=reply, dialogue="d", finish="stop")
        ended = TurnEndedEvent(
            turn=said.turn,
            channel="voice",
            dialogue="d",
            user_text=said.text,
            reply_text=reply,
            finish="stop",
        )
        runtime.bus.publish(ended)

    async def decide() -> None:
        with runtime.bus.subscribe(BargeInEvent, name="dialogue") as interruptions:
            async for event in interruptions:
                runtime.bus.publish(TurnCancelledEvent(turn=event.turn, reason=event.reason))

    services: list[Any] = [
        MicrophoneService(runtime, settings, source, ScriptedVad(loud=0.02), hub, stepping)
    ]
    if wake != "none":
        services.append(WakeService(runtime, settings.wake, ScriptedWake(), hub, pace))
    services += [
        LedgerService(runtime),
        SpeakerService(runtime, settings, duplex.sink, playback, stepping),
        SttService(runtime, settings.stt, ScriptedStt(lines=lines)),
        TtsService(runtime, settings.tts, ScriptedTts(), playback),
        TurnService(runtime, settings, hub, playback, pace),
    ]
    with listen(runtime) as events:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(runtime.bus.serve(UserSaidEvent, answer, name="dialogue"))
            group = await stack.enter_async_context(anyio.create_task_group())
            group.start_soon(decide)
            for service in services:
                ready = anyio.Event()
                group.start_soon(service.run, ready.set)
                await ready.wait()
            source.begin()
            yield events
            group.cancel_scope.cancel()


async def play(
    runtime: Runtime,
    folder: Path,
    text: str,
    *,
    realtime: bool = False,
    wake: str = "scripted",
    lines: Sequence[str] = ("what is the capital of france",),
    reply: str = "It is Paris, as far as I know, and it has been for a long time.",
    **turn: Any,
) -> Run:
    """A conversation test against this Solo."""
    (folder / "test.yaml").write_text(text)
    loaded = read_scenario(folder / "test.yaml")
    runtime = replace(runtime, pool=Inline())
    pace = NoPace() if realtime else Pace()
    sounds = prepare(loaded, speak, 0)
    stage = Stage(loaded, sounds, realtime=realtime, pace=pace, clock=runtime.clock)
    solo = conversing(runtime, stage.duplex, pace, wake=wake, lines=lines, reply=reply, **turn)
    async with solo as events:
        return await stage.hold(events, lambda event: None)
