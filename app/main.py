"""The central manager: settings → service factories → supervisor.

The only file that names concrete services.  Each is imported inside its factory, when it starts,
so a command pays only for what it uses.  `solo` runs everything; `talking` everything that a
conversation with files takes; `serving` what a single command needs.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import anyio

from app.config.settings import Settings
from app.events.base import Event
from app.kernel.bus import Subscription
from app.kernel.errors import Unavailable
from app.kernel.folder import owned
from app.kernel.heap import lean, tidy
from app.kernel.lifecycle import Restart, Service, ServiceSpec, ServiceStatus
from app.kernel.runtime import Runtime
from app.kernel.supervisor import Supervisor

if TYPE_CHECKING:
    from app.db.engine import Database
    from app.voice.audio.duplex import Duplex
    from app.voice.audio.echopath import EchoShape
    from app.voice.audio.pace import Pace
    from app.voice.audio.recorder import Recorder
    from app.voice.conversation import Listener, Talk
    from app.voice.evals.clips import Sounds
    from app.voice.evals.read import Loaded
    from app.voice.evals.stage import Run
    from app.voice.pipeline import Roads

NEEDED_BY: Final[dict[str, tuple[str, ...]]] = {
    "dialogue": ("database", "llm", "memory", "skills"),
    "skills": ("database",),
    "memory": ("database", "embedding"),
}
"""What a part is of no use without; `serving` adds it."""
PLUGGED_IN: Final = Restart(revive=5.0)
"""A microphone or loudspeaker that is not there may be plugged in later."""
ESSENTIAL: Final = ("database", "dialogue")


@dataclass(frozen=True, slots=True)
class Solo:
    """A running Solo. events: what its maker wanted to watch, from before the start."""

    settings: Settings
    runtime: Runtime
    supervisor: Supervisor
    events: Subscription[Event]


class Parts:
    """The specs of all services; what several of them share is made once."""

    def __init__(self, settings: Settings, runtime: Runtime) -> None:
        self._settings = settings
        self._runtime = runtime
        self._shared: Database | None = None

    def ledger(self) -> list[ServiceSpec]:
        """Spans of turns."""

        def make() -> Service:
            from app.kernel.service import LedgerService

            return LedgerService(self._runtime)

        return [ServiceSpec("ledger", make)]

    def database(self) -> list[ServiceSpec]:
        """Rows."""

        def make() -> Service:
            from app.db.service import DatabaseService

            return DatabaseService(self._runtime, self._database())

        return [ServiceSpec("database", make, essential=True)]

    def _database(self) -> Database:
        from app.db.engine import Database

        if self._shared is None:
            self._shared = Database(self._settings.data_dir)
        return self._shared

    def llm(self) -> list[ServiceSpec]:
        """The language model."""

        def make() -> Service:
            from app.llm.service import LlmService

            settings = self._settings
            return LlmService(self._runtime, settings.llm, settings.models_dir, offline=settings.offline)

        return [ServiceSpec("llm", make, start_timeout=300)]

    def embedding(self, *, late: bool) -> list[ServiceSpec]:
        """Texts into vectors. late: after READY, for words alone answer until then."""

        def make() -> Service:
            from app.llm.embedding.service import EmbeddingService

            settings = self._settings
            return EmbeddingService(self._runtime, settings.llm.embedding, settings.models_dir)

        return [ServiceSpec("embedding", make, after_ready=late)]

    def memory(self, *, attach: bool) -> list[ServiceSpec]:
        """Memory and its index; empty when memory is switched off."""
        if not self._settings.memory.enabled:
            return []
        from app.memory.specs import memory_specs

        return memory_specs(self._runtime, self._settings, self._database, attach=attach)

    def dialogue(self) -> list[ServiceSpec]:
        """Whoever speaks is answered."""

        def make() -> Service:
            from app.dialogue.service import DialogueService

            return DialogueService(self._runtime, self._settings, self._database())

        return [ServiceSpec("dialogue", make, ("database",))]

    def skills(self, *, rings: bool, catches_up: bool = True) -> list[ServiceSpec]:
        """What needs no language model; empty when it is switched off. rings: Solo stays, and timers
        ring in it; catches_up: it tells what was missed."""
        if not self._settings.skills.enabled:
            return []
        from app.skills.specs import skill_specs

        return skill_specs(self._runtime, self._settings, self._database, rings=rings, catches_up=catches_up)

    def voice(self, roads: Roads, only: Collection[str] | None = None) -> list[ServiceSpec]:
        """The stages of voice, all or some."""
        from app.voice.pipeline import voice_specs

        chosen = None if only is None else frozenset(only)
        return voice_specs(self._runtime, self._settings, roads, only=chosen)

    def api(self, statuses: Callable[[], Sequence[ServiceStatus]]) -> list[ServiceSpec]:
        """The HTTP door, and the board that /status is read from."""
        from app.api.collector import Collector

        collector = Collector(self._runtime, self._settings, statuses, essential=ESSENTIAL)

        def make() -> Service:
            from app.api.service import ApiService

            return ApiService(self._runtime, self._settings, collector)

        return [
            ServiceSpec("status", lambda: collector),
            ServiceSpec("api", make, ("status",)),
        ]

    def dashboard(self) -> list[ServiceSpec]:
        """The dashboard's process."""

        def make() -> Service:
            from app.ui.dashboard.service import DashboardService

            return DashboardService(self._runtime, self._settings)

        return [ServiceSpec("dashboard", make, after_ready=True)]


@asynccontextmanager
async def solo(settings: Settings, watching: tuple[type[Event], ...] = ()) -> AsyncGenerator[Solo]:
    """Everything, until the context is left. Yields at once: services come up meanwhile.

    watching: kinds of events to be found in `Solo.events`. Raises Busy when another Solo owns the
    data folder.
    """
    from app.voice.pipeline import Roads

    lean()
    with owned(settings.data_dir):
        runtime = Runtime.new()
        parts = Parts(settings, runtime)
        seen: list[Supervisor] = []
        # The model first: it loads without Python's lock while the others are imported.
        specs = [*parts.ledger(), *parts.llm(), *parts.database(), *parts.dialogue()]
        specs += parts.skills(rings=True)
        specs += [*parts.embedding(late=True), *parts.memory(attach=True)]
        if settings.voice.enabled:
            specs += _revived(parts.voice(Roads.devices(settings.voice)))
        if settings.api.enabled:
            specs += parts.api(lambda: seen[0].statuses() if seen else [])
        if settings.dashboard.autostart and settings.api.enabled:
            specs += parts.dashboard()
        seen.append(Supervisor(runtime, specs))
        with runtime.bus.subscribe(*watching, name="screen") as events:
            async with seen[0].running(), anyio.create_task_group() as group:
                group.start_soon(_tidied, runtime, seen[0], name="tidy")
                yield Solo(settings, runtime, seen[0], events)
                group.cancel_scope.cancel()


async def _tidied(runtime: Runtime, supervisor: Supervisor) -> None:
    await supervisor.settled()
    await runtime.pool.run(tidy)


@asynccontextmanager
async def serving(settings: Settings, wanted: set[str]) -> AsyncGenerator[Runtime]:
    """Only these parts and what they are of no use without, ready when it yields: for one command.

    Parts: database, llm, embedding, memory, skills, dialogue, and the stages of voice. Raises the reason
    of a part that could not start.
    """
    from app.voice.pipeline import STAGES, Roads

    names = _with_needs(wanted)
    runtime = Runtime.new()
    parts = Parts(settings, runtime)
    making: dict[str, Callable[[], list[ServiceSpec]]] = {
        "database": parts.database,
        "llm": parts.llm,
        "embedding": lambda: parts.embedding(late=False),
        "memory": lambda: parts.memory(attach=False),
        "skills": lambda: parts.skills(rings=False),
        "dialogue": parts.dialogue,
    }
    specs = [spec for name, make in making.items() if name in names for spec in make()]
    stages = names & set(STAGES)
    if stages:
        specs += parts.voice(Roads.devices(settings.voice), stages)
    with owned(settings.data_dir):
        async with Supervisor(runtime, specs).running() as supervisor:
            await supervisor.ready()
            _all_well(supervisor, wanted | ({"llm"} & names))
            yield runtime


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
    return Roads(lambda: microphone, lambda: duplex.sink, pace=pace), microphone.begin


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
    with owned(settings.data_dir), listen(runtime) as events:
        async with Supervisor(runtime, [*needed, *others]).running() as supervisor:
            await supervisor.ready()
            _all_well(supervisor, {spec.name for spec in needed})
            begin()
            yield events


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


def _all_well(supervisor: Supervisor, names: Collection[str]) -> None:
    """Raise the reason of the first of these that is degraded."""
    for status in supervisor.statuses():
        if status.state == "degraded" and status.name in names:
            raise supervisor.error_of(status.name) or Unavailable(status.reason)


def _revived(specs: list[ServiceSpec]) -> list[ServiceSpec]:
    """Devices may come later."""
    devices = ("microphone", "speaker")
    return [replace(spec, restart=PLUGGED_IN) if spec.name in devices else spec for spec in specs]


def _with_needs(wanted: Collection[str]) -> set[str]:
    names = set(wanted)
    while more := {need for name in names for need in NEEDED_BY.get(name, ())} - names:
        names |= more
    return names
