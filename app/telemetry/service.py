"""Tells a collector what each turn cost; off unless SOLO_TELEMETRY__ENDPOINT is set."""

from __future__ import annotations

import structlog

from app.config.telemetry import TelemetrySettings
from app.events.system import TurnTracedEvent
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime
from app.telemetry.spans import trace_of

log = structlog.get_logger("solo.telemetry")


class TelemetryService:
    """One trace for each turn. A collector that is away costs its traces and nothing else."""

    def __init__(self, runtime: Runtime, settings: TelemetrySettings, version: str, *, offline: bool) -> None:
        self._runtime = runtime
        self._settings = settings
        self._version = version
        self._offline = offline
        self._well = True

    async def run(self, ready: Ready) -> None:
        """Send until cancelled. Raises what Collector does."""
        from app.telemetry.otlp import Collector

        def connect() -> Collector:
            return Collector(self._settings, self._version, offline=self._offline)

        collector = await self._runtime.pool.run(connect)
        try:
            with self._runtime.bus.subscribe(TurnTracedEvent, name="telemetry") as turns:
                ready()
                async for turn in turns:
                    if turn.spans:
                        trace = trace_of(turn, self._wall(turn))
                        self._told(await self._runtime.pool.run(collector.send, trace), collector.address)
        finally:
            collector.close()

    def _wall(self, turn: TurnTracedEvent) -> int:
        """When the turn began, in nanoseconds since 1970."""
        clock = self._runtime.clock
        now = clock.monotonic()
        ago = now - turn.began_at if turn.began_at is not None else turn.total_ms / 1000
        return round((clock.now().timestamp() - ago) * 1e9)

    def _told(self, well: bool, address: str) -> None:
        """Log when that changes."""
        if well != self._well:
            log.info("collector_is_back" if well else "collector_away", address=address)
        self._well = well
