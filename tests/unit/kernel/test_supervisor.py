"""The supervisor keeps its promises about starting, failing and stopping."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from app.events.system import ReadyEvent, ServiceStateEvent
from app.kernel.errors import NotFound, SoloError, Unavailable
from app.kernel.lifecycle import Ready, Restart, Service, ServiceSpec
from app.kernel.runtime import Runtime
from app.kernel.supervisor import Supervisor, in_order

pytestmark = pytest.mark.anyio


class Well:
    """Starts after `delay` seconds, says when it stops."""

    def __init__(self, name: str, diary: list[str], delay: float = 0.0) -> None:
        self.name, self.diary, self.delay = name, diary, delay

    async def run(self, ready: Ready) -> None:
        await anyio.sleep(self.delay)
        self.diary.append(f"+{self.name}")
        ready()
        try:
            await anyio.sleep_forever()
        finally:
            self.diary.append(f"-{self.name}")


class Failing:
    """Raises before or after it was ready."""

    def __init__(self, error: Exception, *, after: float | None = None) -> None:
        self.error, self.after = error, after

    async def run(self, ready: Ready) -> None:
        if self.after is not None:
            ready()
            await anyio.sleep(self.after)
        raise self.error


class Stubborn:
    """Does not stop when told to, for a while."""

    async def run(self, ready: Ready) -> None:
        ready()
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(100)


def spec(name: str, factory: Callable[[], Service], *needs: str, **more: object) -> ServiceSpec:
    return ServiceSpec(name, factory, needs, **more)  # type: ignore[arg-type]


def state(supervisor: Supervisor, name: str) -> str:
    return next(s.state for s in supervisor.statuses() if s.name == name)


async def test_needs_start_first_and_stop_last(runtime: Runtime) -> None:
    diary: list[str] = []
    specs = [
        spec("c", lambda: Well("c", diary), "b"),
        spec("a", lambda: Well("a", diary, 1.0)),
        spec("b", lambda: Well("b", diary), "a"),
    ]
    async with Supervisor(runtime, specs).running() as supervisor:
        await supervisor.ready()
        assert diary == ["+a", "+b", "+c"]
    assert diary[3:] == ["-c", "-b", "-a"]


async def test_a_transient_failure_is_tried_again_with_growing_pauses_and_then_given_up(
    runtime: Runtime,
) -> None:
    tries: list[float] = []

    def factory() -> Service:
        tries.append(runtime.clock.monotonic())
        return Failing(Unavailable("The model is away."))

    rule = Restart(tries=4, first=1.0, factor=2.0, jitter=0.0)
    async with Supervisor(runtime, [spec("llm", factory, restart=rule)]).running() as supervisor:
        await supervisor.ready()
        status = supervisor.statuses()[0]
    pauses = [round(b - a, 3) for a, b in zip(tries, tries[1:], strict=False)]
    assert pauses == [1.0, 2.0, 4.0]
    assert (status.state, status.reason) == ("degraded", "The model is away.")
    assert status.restarts == 3


async def test_a_hopeless_failure_is_not_tried_again(runtime: Runtime) -> None:
    tries: list[int] = []

    def factory() -> Service:
        tries.append(1)
        return Failing(NotFound("There is no microphone."))

    async with Supervisor(runtime, [spec("mic", factory)]).running() as supervisor:
        await supervisor.ready()
        assert state(supervisor, "mic") == "degraded"
        await anyio.sleep(1000)
    assert len(tries) == 1


async def test_a_degraded_service_comes_back_when_it_may_be_revived(runtime: Runtime) -> None:
    diary: list[str] = []
    services = iter([Failing(NotFound("none")), Failing(NotFound("none")), Well("mic", diary)])
    dependant = spec("wake", lambda: Well("wake", diary), "mic")
    rule = Restart(revive=5.0)
    specs = [spec("mic", lambda: next(services), restart=rule), dependant]
    async with Supervisor(runtime, specs).running() as supervisor:
        await supervisor.ready()
        assert (state(supervisor, "mic"), state(supervisor, "wake")) == ("degraded", "degraded")
        await anyio.sleep(11)
        assert diary == ["+mic", "+wake"]
        assert (state(supervisor, "mic"), state(supervisor, "wake")) == ("ready", "ready")


async def test_a_crash_after_ready_starts_a_new_object(runtime: Runtime) -> None:
    diary: list[str] = []
    services = iter([Failing(RuntimeError("oops"), after=5.0), Well("tts", diary)])
    async with Supervisor(runtime, [spec("tts", lambda: next(services))]).running() as supervisor:
        await supervisor.ready()
        await anyio.sleep(6)
        status = supervisor.statuses()[0]
    assert diary[0] == "+tts"
    assert status.state == "ready"
    assert status.restarts == 1
    assert "oops" in status.last_error


async def test_long_health_forgives_earlier_crashes(runtime: Runtime) -> None:
    rule = Restart(tries=2, first=0.1, steady=60.0)
    factory = lambda: Failing(RuntimeError("now and then"), after=61.0)  # noqa: E731
    async with Supervisor(runtime, [spec("x", factory, restart=rule)]).running() as supervisor:
        await anyio.sleep(61.5 * 5)
        assert state(supervisor, "x") in ("ready", "restarting")


async def test_what_is_not_ready_in_time_has_failed(runtime: Runtime) -> None:
    diary: list[str] = []
    slow = spec("slow", lambda: Well("slow", diary, 99), start_timeout=2.0, restart=Restart(tries=1))
    async with Supervisor(runtime, [slow]).running() as supervisor:
        await supervisor.ready()
        assert "within 2 s" in supervisor.statuses()[0].reason


async def test_an_essential_service_that_fails_fails_the_start(runtime: Runtime) -> None:
    broken = spec("db", lambda: Failing(NotFound("There is no disk.")), essential=True)
    with pytest.raises(SoloError, match="no disk"):
        async with Supervisor(runtime, [broken]).running() as supervisor:
            await supervisor.ready()


async def test_late_services_start_after_ready(runtime: Runtime) -> None:
    diary: list[str] = []
    specs = [
        spec("chroma", lambda: Well("chroma", diary), after_ready=True),
        spec("llm", lambda: Well("llm", diary, 3.0)),
    ]
    async with Supervisor(runtime, specs).running() as supervisor:
        await supervisor.ready()
        assert diary == ["+llm"]
        await supervisor.settled()
        assert diary == ["+llm", "+chroma"]


async def test_stopping_has_a_deadline(runtime: Runtime) -> None:
    began = runtime.clock.monotonic()
    with anyio.move_on_after(50):
        async with Supervisor(runtime, [spec("s", Stubborn, stop_timeout=2.0)]).running() as supervisor:
            await supervisor.ready()
            stopping = runtime.clock.monotonic()
    assert stopping - began < 1
    assert runtime.clock.monotonic() - began <= 101


async def test_a_stop_during_the_start_ends_everything(runtime: Runtime) -> None:
    diary: list[str] = []
    specs = [
        spec("a", lambda: Well("a", diary, 1000)),
        spec("b", lambda: Well("b", diary), "a"),
        spec("late", lambda: Well("late", diary), after_ready=True),
    ]
    async with Supervisor(runtime, specs).running() as supervisor:
        await anyio.sleep(1)
    assert {s.state for s in supervisor.statuses()} == {"stopped"}
    assert diary == []


async def test_states_and_readiness_are_told_on_the_bus(runtime: Runtime) -> None:
    with runtime.bus.subscribe(ServiceStateEvent, ReadyEvent, name="test") as told:
        async with Supervisor(runtime, [spec("a", lambda: Well("a", []))]).running() as supervisor:
            await supervisor.ready()
        told.close()
        seen = [getattr(event, "state", "READY") async for event in told]
    assert seen == ["starting", "ready", "READY", "stopping", "stopped"]


def test_unknown_needs_and_circles_are_refused() -> None:
    with pytest.raises(ValueError, match="no service"):
        in_order([spec("a", lambda: Well("a", []), "b")])
    with pytest.raises(ValueError, match="circle"):
        in_order([spec("a", lambda: Well("a", []), "b"), spec("b", lambda: Well("b", []), "a")])
