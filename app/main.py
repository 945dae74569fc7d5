"""The central manager: settings → service factories → supervisor.

The only file that names concrete services.  Each is imported inside its factory, when it starts,
so a command pays only for what it uses.  `solo` runs everything, `serving` what a single command
needs; conversations that are held for a command stand in talks.py.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
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
    from app.skills.tools.servers import ServerBoard
    from app.skills.tools.toolbox import Toolbox
    from app.voice.pipeline import Roads

NEEDED_BY: Final[dict[str, tuple[str, ...]]] = {
    "dialogue": ("database", "llm", "usage", "memory", "skills", "tools"),
    "archive": ("database",),
    "usage": ("database",),
    "skills": ("database",),
    "memory": ("database", "embedding"),
}
"""What a part is of no use without; `serving` adds it."""
PLUGGED_IN: Final = Restart(revive=5.0)
"""A microphone or loudspeaker that is not there may be plugged in later."""
ELSEWHERE: Final = Restart(revive=30.0)
"""A provider that cannot be reached may be there later."""
ESSENTIAL: Final = ("database", "dialogue")
MODELS_ALONE: Final = ("ledger", "telemetry", "database", "usage", "llm", "embedding", "status", "api")
"""What answers programs that want a language model and nobody to talk to."""


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
        self._box: tuple[Toolbox, ServerBoard] | None = None

    def ledger(self) -> list[ServiceSpec]:
        """Spans of turns."""

        def make() -> Service:
            from app.kernel.service import LedgerService

            return LedgerService(self._runtime)

        return [ServiceSpec("ledger", make)]

    def telemetry(self) -> list[ServiceSpec]:
        """Spans of turns to a collector; empty unless one is set."""
        settings = self._settings
        if not settings.telemetry.endpoint:
            return []

        def make() -> Service:
            from importlib.metadata import version

            from app.telemetry.service import TelemetryService

            known = version("solo-assistant")
            return TelemetryService(self._runtime, settings.telemetry, known, offline=settings.offline)

        return [ServiceSpec("telemetry", make, after_ready=True)]

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
            return LlmService(
                self._runtime,
                settings.llm,
                settings.models_dir,
                cache_dir=settings.cache_dir,
                data_dir=settings.data_dir,
                offline=settings.offline,
            )

        return [ServiceSpec("llm", make, start_timeout=300)]

    def usage(self) -> list[ServiceSpec]:
        """What answers cost."""

        def make() -> Service:
            from app.llm.usage.service import UsageService

            return UsageService(self._runtime, self._database())

        return [ServiceSpec("usage", make, ("database",))]

    def embedding(self, *, late: bool) -> list[ServiceSpec]:
        """Texts into vectors. late: after READY, for words alone answer until then."""

        def make() -> Service:
            from app.llm.embedding.choose import builder
            from app.llm.embedding.service import EmbeddingService

            settings, clock = self._settings, self._runtime.clock
            engines = builder(settings.llm, clock, offline=settings.offline)
            return EmbeddingService(
                self._runtime, settings.llm.embedding, settings.models_dir, engines=engines
            )

        return [ServiceSpec("embedding", make, after_ready=late, restart=ELSEWHERE)]

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

    def archive(self) -> list[ServiceSpec]:
        """Earlier conversations alone, where nobody is to be answered: no language model is loaded."""

        def make() -> Service:
            from app.dialogue.archive import ArchiveService

            return ArchiveService(self._runtime, self._database())

        return [ServiceSpec("archive", make, ("database",))]

    def skills(self, *, rings: bool, catches_up: bool = True) -> list[ServiceSpec]:
        """What needs no language model; empty when it is switched off. rings: Solo stays, and timers
        ring in it; catches_up: it tells what was missed."""
        if not self._settings.skills.enabled:
            return []
        from app.skills.specs import skill_specs

        return skill_specs(self._runtime, self._settings, self._database, rings=rings, catches_up=catches_up)

    def tools(self) -> list[ServiceSpec]:
        """What the language model may have called; empty when it is switched off."""
        if not self._settings.tools.enabled:
            return []
        from app.skills.tools.specs import tool_specs

        toolbox, board = self._toolbox()
        return tool_specs(self._runtime, self._settings, toolbox, board)

    def servers(self) -> list[ServiceSpec]:
        """MCP servers, which bring tools; empty unless some are set."""
        from app.skills.tools.mcp.specs import mcp_specs

        return mcp_specs(self._runtime, self._settings, *self._toolbox())

    def channels(self) -> list[ServiceSpec]:
        """Ways in that packages bring; each is a service of its own."""
        from app.kernel import plugins
        from app.skills.tools.surroundings import Surroundings

        def maker(name: str) -> Callable[[], Service]:
            def make() -> Service:
                channel = plugins.load("channels", {}, name, what="channel")
                return channel(Surroundings(self._runtime, self._settings))

            return make

        return [
            ServiceSpec(f"channel.{name}", maker(name), ("dialogue",), after_ready=True, restart=ELSEWHERE)
            for name in plugins.names("channels", {})
        ]

    def _toolbox(self) -> tuple[Toolbox, ServerBoard]:
        """All tools, and how the servers are that bring some: shared by all that bring tools."""
        from app.skills.tools.servers import ServerBoard
        from app.skills.tools.toolbox import Toolbox

        if self._box is None:
            self._box = (Toolbox(), ServerBoard())
        return self._box

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
async def solo(
    settings: Settings, watching: tuple[type[Event], ...] = (), only: Collection[str] | None = None
) -> AsyncGenerator[Solo]:
    """Everything, until the context is left. Yields at once: services come up meanwhile.

    watching: kinds of events to be found in `Solo.events`. only: the services of these names. Raises Busy
    when another Solo owns the data folder.
    """
    from app.voice.pipeline import Roads

    lean()
    with owned(settings.data_dir):
        runtime = Runtime.new()
        parts = Parts(settings, runtime)
        seen: list[Supervisor] = []
        # The model first: it loads without Python's lock while the others are imported.
        specs = [*parts.ledger(), *parts.llm(), *parts.database(), *parts.dialogue()]
        specs += [*parts.usage(), *parts.skills(rings=True), *parts.telemetry()]
        specs += [*parts.tools(), *parts.servers(), *parts.channels()]
        specs += [*parts.embedding(late=True), *parts.memory(attach=True)]
        if settings.voice.enabled:
            specs += _revived(parts.voice(Roads.devices(settings.voice)))
        if settings.api.enabled:
            specs += parts.api(lambda: seen[0].statuses() if seen else [])
        if settings.dashboard.autostart and settings.api.enabled:
            specs += parts.dashboard()
        seen.append(Supervisor(runtime, [spec for spec in specs if only is None or spec.name in only]))
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

    Parts: database, llm, usage, embedding, memory, skills, tools, dialogue, archive (which dialogue has in
    it), and the stages of voice. Raises the reason of a part that could not start.
    """
    from app.voice.pipeline import STAGES, Roads

    names = _with_needs(wanted)
    names -= {"archive"} if "dialogue" in names else set()
    runtime = Runtime.new()
    parts = Parts(settings, runtime)
    making: dict[str, Callable[[], list[ServiceSpec]]] = {
        "database": parts.database,
        "llm": parts.llm,
        "usage": parts.usage,
        "embedding": lambda: parts.embedding(late=False),
        "memory": lambda: parts.memory(attach=False),
        "skills": lambda: parts.skills(rings=False),
        "tools": parts.tools,
        "dialogue": parts.dialogue,
        "archive": parts.archive,
    }
    specs = [spec for name, make in making.items() if name in names for spec in make()]
    stages = names & set(STAGES)
    if stages:
        specs += parts.voice(Roads.devices(settings.voice), stages)
    with owned(settings.data_dir):
        async with Supervisor(runtime, specs).running() as supervisor:
            await supervisor.ready()
            all_well(supervisor, wanted | ({"llm"} & names))
            yield runtime


def all_well(supervisor: Supervisor, names: Collection[str]) -> None:
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
