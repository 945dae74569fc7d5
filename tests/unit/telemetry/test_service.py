"""Traces arrive at a real OTLP receiver, which is a small HTTP server on loopback."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import anyio
import anyio.to_thread
import pytest

from app.config.telemetry import TelemetrySettings
from app.events.system import TurnTracedEvent
from app.kernel.errors import BadSettings, Forbidden, MissingExtra, SoloError
from app.kernel.runtime import Runtime
from app.telemetry.service import TelemetryService
from tests.unit.telemetry.test_spans import TURN, traced

pytestmark = [pytest.mark.anyio, pytest.mark.real_time]
otel = pytest.mark.needs("otel")


class Receiver(HTTPServer):
    """Keeps what is sent to it; answers with `status`, or sends callers elsewhere."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: queue.Queue[tuple[str, dict[str, str], Any]] = queue.Queue()
        self.status = 200
        self.elsewhere = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        receiver: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.requests.put((self.path, dict(self.headers), ExportTraceServiceRequest.FromString(body)))
        self.send_response(302 if receiver.elsewhere else receiver.status)
        if receiver.elsewhere:
            self.send_header("Location", receiver.elsewhere)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_request(self, code: Any = "-", size: Any = "-") -> None: ...


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@asynccontextmanager
async def telling(runtime: Runtime, endpoint: str, **more: Any) -> AsyncGenerator[None]:
    settings = TelemetrySettings.model_validate({"endpoint": endpoint, "timeout_seconds": 2.0} | more)
    service = TelemetryService(runtime, settings, "0.1.0", offline=True)
    async with anyio.create_task_group() as group:
        ready = anyio.Event()
        group.start_soon(service.run, ready.set)
        with anyio.fail_after(10):
            await ready.wait()
        yield
        group.cancel_scope.cancel()


async def arrived(receiver: Receiver) -> tuple[str, dict[str, str], Any]:
    """The next request: path, headers, what was sent."""
    return await anyio.to_thread.run_sync(lambda: receiver.requests.get(timeout=10))


@otel
async def test_a_turn_arrives_as_a_trace(runtime: Runtime, receiver: Receiver) -> None:
    async with telling(runtime, receiver.url, headers="authorization=Bearer x, tenant=me"):
        began_at = runtime.clock.monotonic() - 3.0
        runtime.bus.publish(traced().model_copy(update={"began_at": began_at}))
        path, headers, request = await arrived(receiver)
    assert path == "/v1/traces"
    assert (headers["authorization"], headers["tenant"]) == ("Bearer x", "me")
    (resource,) = request.resource_spans
    assert {a.key: a.value.string_value for a in resource.resource.attributes}["service.name"] == "solo"
    turn, pause, think = resource.scope_spans[0].spans
    assert {span.trace_id.hex() for span in (turn, pause, think)} == {TURN}
    assert [span.name for span in (turn, pause, think)] == ["turn", "pause", "think"]
    assert turn.parent_span_id == b""
    assert pause.parent_span_id == think.parent_span_id == turn.span_id
    assert turn.end_time_unix_nano - turn.start_time_unix_nano == 400_000_000
    assert time.time() - turn.start_time_unix_nano / 1e9 == pytest.approx(3.0, abs=1.0)


@otel
async def test_it_holds_no_words(runtime: Runtime, receiver: Receiver) -> None:
    async with telling(runtime, receiver.url):
        runtime.bus.publish(traced())
        _, _, request = await arrived(receiver)
    keys = {
        attribute.key
        for span in request.resource_spans[0].scope_spans[0].spans
        for attribute in span.attributes
    }
    assert keys == {"solo.turn", "solo.channel", "solo.tokens_per_second"}


@otel
async def test_a_collector_that_refuses_costs_its_trace_and_nothing_else(
    runtime: Runtime, receiver: Receiver
) -> None:
    async with telling(runtime, receiver.url):
        receiver.status = 400
        runtime.bus.publish(traced())
        await arrived(receiver)
        receiver.status = 200
        runtime.bus.publish(traced("f" * 32))
        await arrived(receiver)


@otel
async def test_nobody_is_followed_elsewhere(runtime: Runtime, receiver: Receiver) -> None:
    other = Receiver()
    receiver.elsewhere = f"{other.url}/v1/traces"
    async with telling(runtime, receiver.url):
        runtime.bus.publish(traced())
        await arrived(receiver)
        runtime.bus.publish(TurnTracedEvent(turn="f" * 32, channel="api", spans=(), total_ms=0))
    other.socket.settimeout(0)
    with pytest.raises(BlockingIOError):
        other.socket.accept()
    other.server_close()


@pytest.mark.parametrize(
    ("endpoint", "headers", "error", "said"),
    [
        ("collector", "", BadSettings, "'collector' is not the address of a collector"),
        ("ftp://127.0.0.1", "", BadSettings, "is not the address"),
        ("http://127.0.0.1:x", "", BadSettings, "is not the address"),
        ("http://collector.example:4318", "", Forbidden, "stay offline"),
        ("http://127.0.0.1.example:4318", "", Forbidden, "stay offline"),
        pytest.param("http://127.0.0.1:1", "secret", BadSettings, "name=value", marks=otel),
    ],
)
async def test_wrong_settings_are_one_sentence(
    runtime: Runtime, endpoint: str, headers: str, error: type[SoloError], said: str
) -> None:
    settings = TelemetrySettings.model_validate({"endpoint": endpoint, "headers": headers})
    with pytest.raises(error, match=said) as caught:
        await TelemetryService(runtime, settings, "0.1.0", offline=True).run(lambda: None)
    assert "secret" not in str(caught.value)


async def test_a_missing_extra_is_one_sentence(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    settings = TelemetrySettings(endpoint="http://127.0.0.1:4318")
    with pytest.raises(MissingExtra, match="--extra otel"):
        await TelemetryService(runtime, settings, "0.1.0", offline=True).run(lambda: None)
