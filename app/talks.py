"""Conversations that are held for a command: with files, with a test, with a recorder.

Each is a Solo of its own, made of the parts of main.py, with a microphone and a loudspeaker that are
handed in.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from app.config.settings import Settings
from app.events.base import Event
from app.events.system import ServiceStateEvent
from app.kernel.bus import Subscription
from app.kernel.folder import owned
from app.kernel.runtime import Runtime
from app.kernel.supervisor import Supervisor
from app.main import Parts, all_well

if TYPE_CHECKING:
    from app.voice.audio.duplex import Duplex
    from app.voice.audio.echopath import EchoShape
    from app.voice.audio.pace import Pace
    from app.voice.audio.recorder import Recorder
    from app.voice.conversation import Listener, Talk
    from app.voice.evals.clips import Sounds
    from app.voice.evals.read import Loaded
    from app.voice.evals.stage import Run
    from app.voice.pipeline import Roads


async def talk(
    settings: Settings,
    heard: Path,
    said: Path | None,
    *,
    realtime: bool,
    tell: Callable[[Event], None],
    echo: EchoShape | None = None,
) -> Talk:
    """Hold the conversation of which `heard` is one side; `said` is what the loudspeaker played.

    tell: given every happening as it comes. echo: what of the loudspeaker the microphone hears.
    Raises what is wrong with the files, and the reason of whatever the conversation cannot do without.
    """
    from app.voice.audio.fileduplex import FileDuplex
    from app.voice.audio.pace import NoPace, Pace
    from app.voice.conversation import converse

    pace = NoPace() if realtime else Pace()
    duplex = FileDuplex(heard, said, realtime=realtime, pace=pace, echo=echo)
    async with conversing(settings, *_on_files(duplex, pace)) as events:
        return await converse(events, duplex, realtime=realtime, tell=tell)


def _on_files(duplex: Duplex, pace: Pace) -> tuple[Roads, Callable[[], None]]:
    """The roads of a microphone that is held back, and what lets it go."""
    from app.voice.conversation import HeldSource
    from app.voice.pipeline import Roads

    microphone = HeldSource(duplex.source)
    return Roads(lambda: microphone, lambda: duplex.sink, pace=pace, learns=False), microphone.begin


@asynccontextmanager
async def conversing(
    settings: Settings, roads: Roads, begin: Callable[[], None]
) -> AsyncGenerator[Subscription[Event]]:
    """All that a conversation takes; yields what happens. begin: called when everybody listens.

    Raises the reason of whatever it cannot do without.
    """
    from app.voice.conversation import listen
    from app.voice.pipeline import STAGES

    runtime = Runtime.new()
    parts = Parts(settings, runtime)
    needed = [*parts.database(), *parts.llm(), *parts.dialogue()]
    needed += parts.voice(roads, set(STAGES) - {"hotkey"})
    others = [*parts.ledger(), *parts.embedding(late=False), *parts.memory(attach=False)]
    others += parts.skills(rings=True, catches_up=False)
    others += parts.tools()
    with owned(settings.data_dir), listen(runtime) as events:
        async with Supervisor(runtime, [*needed, *others]).running() as supervisor:
            await supervisor.ready()
            all_well(supervisor, {spec.name for spec in needed})
            async with anyio.create_task_group() as group:
                group.start_soon(_deaf, runtime, supervisor)
                begin()
                yield events
                group.cancel_scope.cancel()


async def _deaf(runtime: Runtime, supervisor: Supervisor) -> None:
    """Raise the reason when the microphone is given up: a conversation that waits for it never ends."""
    with runtime.bus.subscribe(ServiceStateEvent, name="deaf") as states:
        async for state in states:
            if state.service == "microphone" and state.state == "degraded":
                all_well(supervisor, {"microphone"})


async def rehearse(
    settings: Settings,
    test: Loaded,
    sounds: Sounds,
    *,
    realtime: bool,
    said: Path | None,
    tell: Callable[[Event], None],
) -> Run:
    """Play a conversation test once; said, tell: as for `talk`."""
    from app.voice.audio.pace import NoPace, Pace
    from app.voice.evals.stage import Stage

    pace = NoPace() if realtime else Pace()
    stage = Stage(test, sounds, realtime=realtime, pace=pace, said=said)
    async with conversing(settings, *_on_files(stage.duplex, pace)) as events:
        return await stage.hold(events, tell)


async def record(
    settings: Settings,
    recorder: Recorder,
    listener: Listener,
    *,
    heard: Path | None,
    realtime: bool,
    seconds: float,
    stop: anyio.Event,
    begun: Callable[[], None],
    tell: Callable[[Event], None],
) -> None:
    """Converse by microphone and loudspeaker, or as `talk` by the file `heard`, and record it, until it
    is over, `stop` is set, or so many seconds have passed. begun: called when everybody listens."""
    from app.voice.audio.fileduplex import FileDuplex
    from app.voice.audio.pace import NoPace, Pace
    from app.voice.conversation import converse, overhear
    from app.voice.pipeline import Roads

    duplex, release = None, _nothing
    if heard is None:
        roads = Roads.devices(settings.voice)
    else:
        pace = NoPace() if realtime else Pace()
        duplex = FileDuplex(heard, None, realtime=realtime, pace=pace)
        roads, release = _on_files(duplex, pace)

    def begin() -> None:
        recorder.begin()
        release()
        begun()

    source, sink = roads.source, roads.sink
    roads = replace(roads, source=lambda: recorder.source(source()), sink=lambda: recorder.sink(sink()))
    async with conversing(settings, roads, begin) as events, anyio.create_task_group() as group:

        async def end() -> None:
            with anyio.move_on_after(seconds):
                await stop.wait()
            group.cancel_scope.cancel()

        group.start_soon(end)
        if duplex is None:
            await overhear(events, listener, tell)
        else:
            await converse(events, duplex, realtime=realtime, tell=tell, listener=listener)
        group.cancel_scope.cancel()


def _nothing() -> None:
    """Devices are not held back."""
