"""The supervisor: starts services in the order of their needs, watches them, starts them again,
gives up on them with a reason, and stops them in reverse.

Each service has a keeper, a task that lives as long as the supervisor and runs one object of the
service after the other.  Nothing that a service does can end another one.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import structlog

from app.events.system import ReadyEvent, ServiceState, ServiceStateEvent
from app.kernel.errors import Kind, SoloError, TimedOut, Unavailable, explain
from app.kernel.lifecycle import ServiceSpec, ServiceStatus
from app.kernel.runtime import Runtime

log = structlog.get_logger("solo.supervisor")

HOPELESS = (Kind.USER, Kind.PERMANENT)
"""Kinds of failure of which trying again at once cannot make a success."""


class _Unit:
    """A service under supervision."""

    def __init__(self, spec: ServiceSpec) -> None:
        self.spec = spec
        self.status = ServiceStatus(spec.name, "waiting")
        self.scope = anyio.CancelScope()
        self.settled = anyio.Event()  # ready, degraded or stopped for the first time
        self.changed = anyio.Event()  # replaced at every change of state
        self.done = anyio.Event()
        self.error: SoloError | None = None
        self.stopping = False


def in_order(specs: Sequence[ServiceSpec]) -> list[ServiceSpec]:
    """Needs before those who need them, else as given. Raises ValueError for an unknown need or a
    circle."""
    by_name = {spec.name: spec for spec in specs}
    ordered: dict[str, ServiceSpec] = {}

    def place(spec: ServiceSpec, above: tuple[str, ...]) -> None:
        if spec.name in above:
            raise ValueError(f"services need each other in a circle: {' → '.join((*above, spec.name))}")
        if spec.name in ordered:
            return
        for need in spec.needs:
            if need not in by_name:
                raise ValueError(f"{spec.name} needs {need}, which is no service")
            if by_name[need].after_ready and not spec.after_ready:
                raise ValueError(f"{spec.name} cannot need {need}, which starts after READY")
            place(by_name[need], (*above, spec.name))
        ordered[spec.name] = spec

    for spec in specs:
        place(spec, ())
    return list(ordered.values())


def _scope_of(unit: _Unit, deadline: float = math.inf) -> anyio.CancelScope:
    """A new scope by which whatever the keeper does next can be ended."""
    unit.scope = anyio.CancelScope(deadline=deadline)
    if unit.stopping:
        unit.scope.cancel()
    return unit.scope


class Supervisor:
    """Runs services. Make one, enter `running()`, wait for `ready()`, leave."""

    def __init__(self, runtime: Runtime, specs: Sequence[ServiceSpec]) -> None:
        self._clock = runtime.clock
        self._bus = runtime.bus
        self._began = runtime.clock.monotonic()
        self._units = {spec.name: _Unit(spec) for spec in in_order(specs)}
        self._all_settled = anyio.Event()
        self._failure: SoloError | None = None

    def statuses(self) -> list[ServiceStatus]:
        """How every service is, in order of start."""
        return [unit.status for unit in self._units.values()]

    def error_of(self, name: str) -> SoloError | None:
        """Why a degraded service was given up; None when it was not."""
        return self._units[name].error if self._units[name].status.state == "degraded" else None

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Supervisor]:
        """Services run while the context is open; leaving stops them in reverse order."""
        failure: Exception | None = None
        async with anyio.create_task_group() as group:
            for unit in self._units.values():
                group.start_soon(self._keep, unit, name=f"keeper:{unit.spec.name}")
            group.start_soon(self._announce, name="supervisor:announce")
            try:
                yield self
            except Exception as error:  # noqa: BLE001  (raised again below, outside of the group)
                failure = error
            finally:
                with anyio.CancelScope(shield=True):
                    await self._stop_all()
                group.cancel_scope.cancel()
        if failure is not None:
            raise failure

    async def ready(self) -> None:
        """Wait until everything that READY waits for is ready or has been given up.

        Raises the error of an essential service that could not start.
        """
        await self._all_settled.wait()
        if self._failure is not None:
            raise self._failure

    async def settled(self) -> None:
        """Wait until the late ones (`after_ready`) are ready or given up as well."""
        for unit in self._units.values():
            await unit.settled.wait()

    # -- starting ------------------------------------------------------------------------------

    async def _announce(self) -> None:
        for unit in self._units.values():
            if not unit.spec.after_ready:
                await unit.settled.wait()
                if unit.spec.essential and unit.status.state == "degraded" and not self._failure:
                    self._failure = unit.error
        degraded = tuple(u.spec.name for u in self._units.values() if u.status.state == "degraded")
        seconds = self._clock.monotonic() - self._began
        self._bus.publish(ReadyEvent(seconds=seconds, degraded=degraded))
        log.info("ready", seconds=round(seconds, 2), degraded=degraded)
        self._all_settled.set()

    async def _keep(self, unit: _Unit) -> None:
        """Run one object of the service after the other until it is stopped."""
        attempt = 0
        try:
            if unit.spec.after_ready:
                with _scope_of(unit):
                    await self._all_settled.wait()
            while not unit.stopping:
                if not await self._needs_met(unit):
                    continue
                began = self._clock.monotonic()
                error = await self._once(unit)
                if error is None:
                    break
                if self._clock.monotonic() - began >= unit.spec.restart.steady:
                    attempt = 0
                attempt += 1
                await self._after_failure(unit, error, attempt)
        finally:
            self._set(unit, "stopped", unit.status.reason if unit.status.state == "degraded" else "")
            unit.done.set()

    async def _needs_met(self, unit: _Unit) -> bool:
        """True when every need is ready; otherwise waits for a change and says False."""
        for need in unit.spec.needs:
            other = self._units[need]
            state = other.status.state
            if state == "ready":
                continue
            if state in ("degraded", "stopped"):
                self._degrade(unit, Unavailable(f"It needs {need}: {other.status.reason or 'not running'}"))
            with _scope_of(unit):
                await other.changed.wait()
            return False
        return True

    async def _once(self, unit: _Unit) -> SoloError | None:
        """Run one object; None when it ended on purpose or was told to stop."""
        spec = unit.spec
        was_ready = False

        def ready() -> None:
            nonlocal was_ready
            was_ready = True
            scope.deadline = math.inf
            self._set(unit, "ready", since=self._clock.monotonic())

        if unit.status.state != "degraded":
            self._set(unit, "starting" if unit.status.restarts == 0 else "restarting")
        scope = _scope_of(unit, anyio.current_time() + spec.start_timeout)
        try:
            with scope:
                await spec.factory().run(ready)
        except Exception as error:  # the seam: whatever breaks in a service ends here
            known = explain(error)
            if known.kind is Kind.BUG:
                log.exception("crashed", service=spec.name)
            return known
        if scope.cancelled_caught and not unit.stopping and not was_ready:
            return TimedOut(f"{spec.name} was not ready within {spec.start_timeout:g} s.")
        return None

    async def _after_failure(self, unit: _Unit, error: SoloError, attempt: int) -> None:
        """Decide between another try and giving up, and wait for as long as that asks for."""
        rule = unit.spec.restart
        unit.status = replace(unit.status, last_error=str(error), since=None)
        again = unit.status.state == "degraded" and unit.status.reason == str(error)
        tell = log.debug if again else log.warning  # a microphone that is still not there is no news
        tell("failed", service=unit.spec.name, code=error.code, error=str(error), attempt=attempt)
        if error.kind in HOPELESS or attempt >= rule.tries or unit.status.state == "degraded":
            self._degrade(unit, error)
            pause = math.inf if rule.revive is None else rule.revive
        else:
            pause = rule.delay(attempt)
            pause += pause * self._clock.uniform(-rule.jitter, rule.jitter)
            unit.status = replace(unit.status, restarts=unit.status.restarts + 1)
            self._set(unit, "restarting", str(error))
        with _scope_of(unit):
            await self._clock.sleep(pause)

    def _degrade(self, unit: _Unit, error: SoloError) -> None:
        unit.error = error
        self._set(unit, "degraded", str(error))

    # -- stopping ------------------------------------------------------------------------------

    async def _stop_all(self) -> None:
        for unit in self._units.values():
            unit.stopping = True
        for unit in reversed(self._units.values()):
            if not unit.done.is_set():
                self._set(unit, "stopping")
                unit.scope.cancel()
            with anyio.move_on_after(unit.spec.stop_timeout):
                await unit.done.wait()
                continue
            log.warning("stop_deadline", service=unit.spec.name, seconds=unit.spec.stop_timeout)

    def _set(self, unit: _Unit, state: ServiceState, reason: str = "", *, since: float | None = None) -> None:
        same = unit.status.state == state and unit.status.reason == reason
        unit.status = replace(unit.status, state=state, reason=reason, since=since)
        if state in ("ready", "degraded", "stopped"):
            unit.settled.set()
        if same:
            return
        unit.changed.set()
        unit.changed = anyio.Event()
        self._bus.publish(
            ServiceStateEvent(
                service=unit.spec.name, state=state, reason=reason, restarts=unit.status.restarts
            )
        )
