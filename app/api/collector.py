"""Puts the status report together: board, services, bus and machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from typing import Final

from app.api.board import FOLLOWED, StatusBoard, without_words
from app.api.metrics import Metrics
from app.api.schemas import (
    BusReport,
    CountersReport,
    GpuReport,
    LlmReport,
    ReadyReport,
    ServiceReport,
    StatusReport,
    SystemReport,
    TurnsReport,
    VoiceReport,
)
from app.api.system import SystemProbe
from app.api.version import solo_version
from app.config.settings import Settings
from app.kernel.lifecycle import Ready, ServiceStatus
from app.kernel.runtime import Runtime

GPU_AGE: Final = 3.0
"""Seconds for which a reading of the graphics processors is good."""
SYSTEM_AGE: Final = 0.5
"""Seconds for which a reading of the machine is good (percentages need a stretch to be means of)."""
UNDER_WAY: Final = ("waiting", "starting", "restarting")


class Collector:
    """Knows how Solo is.

    services: how each service is now (the supervisor's `statuses`); essential: names of those
    without which Solo is not ready.
    """

    def __init__(
        self,
        runtime: Runtime,
        settings: Settings,
        services: Callable[[], Sequence[ServiceStatus]],
        *,
        essential: Collection[str] = (),
    ) -> None:
        self.board = StatusBoard()
        self.metrics = Metrics()
        self._runtime = runtime
        self._settings = settings
        self._services = services
        self._essential = frozenset(essential)
        self._probe = SystemProbe()
        self._system: SystemReport | None = None
        self._gpus: tuple[GpuReport, ...] = ()
        self._read_at = self._gpus_at = float("-inf")
        self._version = solo_version()
        began = runtime.clock.now()
        self.started = int(began.timestamp())
        self._started_at = began.isoformat(timespec="seconds")
        self._started = runtime.clock.monotonic()

    async def run(self, ready: Ready) -> None:
        """Keep board and metrics up to date until cancelled. The one service whose object survives
        restarts: what it has counted must."""
        with self._runtime.bus.subscribe(*FOLLOWED, name="api.status") as events:
            ready()
            async for event in events:
                self.board.take(event, self._runtime.clock.now().isoformat(timespec="milliseconds"))
                self.metrics.take(event)

    async def refresh(self) -> None:
        """Read the machine again if the last reading is old."""
        now = self._runtime.clock.monotonic()
        if self._probe.has_gpu and now - self._gpus_at > GPU_AGE:
            self._gpus_at = now
            self._gpus = await self._runtime.pool.run(self._probe.read_gpus)
        if now - self._read_at > SYSTEM_AGE:
            self._read_at = now
            self._system = self._probe.read(self._gpus)

    def report(self) -> StatusReport:
        """How Solo is now."""
        board = self.board
        return StatusReport(
            version=self._version,
            pid=os.getpid(),
            started_at=self._started_at,
            uptime_seconds=round(self._uptime(), 3),
            ready=self.readiness().ready,
            ready_seconds=board.ready_seconds,
            services=tuple(self._service(s) for s in self._services()),
            system=self._system or self._probe.read(self._gpus),
            llm=self._llm(),
            voice=self._voice(),
            bus=self._bus(),
            tools=board.tools,
            turns=TurnsReport(
                ended=dict(board.ended),
                unanswered=dict(board.unanswered),
                early=board.early,
                last=tuple(board.turns),
            ),
        )

    def readiness(self) -> ReadyReport:
        """Can Solo be talked to? Not before everything has started or given up, and not while
        something essential is down."""
        services = self._services()
        waiting = tuple(s.name for s in services if s.state in UNDER_WAY)
        degraded = {s.name: without_words(s.reason) for s in services if s.state == "degraded"}
        down = self._essential & ({*degraded} | {s.name for s in services if s.state == "restarting"})
        return ReadyReport(
            ready=self.board.ready_seconds is not None and not down, waiting=waiting, degraded=degraded
        )

    def _uptime(self) -> float:
        return self._runtime.clock.monotonic() - self._started

    def _service(self, status: ServiceStatus) -> ServiceReport:
        since = status.since
        return ServiceReport(
            name=status.name,
            state=status.state,
            reason=without_words(status.reason),
            restarts=status.restarts,
            last_error=without_words(status.last_error),
            uptime_seconds=None if since is None else round(self._runtime.clock.monotonic() - since, 3),
        )

    def _llm(self) -> LlmReport:
        board, llm = self.board, self._settings.llm
        return LlmReport(
            model=board.model or llm.generation.model,
            slots=llm.slots,
            tokens_per_second=board.speeds[-1] if board.speeds else 0.0,
            recent=tuple(board.speeds),
            completion_tokens=board.completion_tokens,
            roles=dict(board.chains),
        )

    def _voice(self) -> VoiceReport:
        voice = self._settings.voice
        return VoiceReport(
            enabled=voice.enabled,
            attention=(self.board.attention or "asleep") if voice.enabled else "off",
            attention_reason=self.board.attention_reason if voice.enabled else "",
            wake_engine=voice.wake.engine,
            wake_words=voice.wake.words,
            devices=tuple(self.board.devices.values()),
            echo=self.board.echo,
            pauses=self.board.pauses,
            no_voice=dict(self.board.no_voice),
            no_judge=self.board.no_judge,
        )

    def _bus(self) -> BusReport:
        bus = self._runtime.bus
        roads = {name: CountersReport(**asdict(counters)) for name, counters in bus.counters().items()}
        return BusReport(published=bus.published, roads=roads)
