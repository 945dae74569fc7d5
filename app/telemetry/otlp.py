"""Traces to a collector, by OpenTelemetry's own exporter (OTLP over HTTP). Blocking."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from app.config.telemetry import TelemetrySettings
from app.kernel.errors import BadSettings, Forbidden, MissingExtra
from app.kernel.loopback import is_loopback
from app.telemetry.spans import Stretch, Trace

PATH = "/v1/traces"
SCOPE = "solo.ledger"


class Collector:
    """The place where traces go. Raises MissingExtra, BadSettings, Forbidden."""

    def __init__(self, settings: TelemetrySettings, version: str, *, offline: bool) -> None:
        self.address = _address(settings.endpoint, offline=offline)
        try:
            import requests
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.util.instrumentation import InstrumentationScope
        except ModuleNotFoundError as error:
            raise MissingExtra(
                f"Telemetry needs the package {error.name}, which is not installed.",
                hint="Get it: ./scripts/setup_dev.sh --extra otel; or leave SOLO_TELEMETRY__ENDPOINT empty.",
            ) from error
        # Failures are told once by the service; the exporter would log each one.
        logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)
        session = requests.Session()
        session.trust_env = not is_loopback(self.address)  # no proxy stands between us and ourselves
        session.max_redirects = 0  # a collector on this machine may not send us beyond it
        self._exporter = OTLPSpanExporter(
            endpoint=self.address,
            headers=_headers(settings.headers.get_secret_value()),
            timeout=settings.timeout_seconds,
            session=session,
        )
        self._resource = Resource({"service.name": "solo", "service.version": version})
        self._scope = InstrumentationScope(SCOPE, version)

    def send(self, trace: Trace) -> bool:
        """Whether the collector took it."""
        from opentelemetry.sdk.trace.export import SpanExportResult

        spans = [self._span(trace.id, span) for span in trace.spans]
        return self._exporter.export(spans) is SpanExportResult.SUCCESS

    def close(self) -> None:
        """Give the connection back; idempotent."""
        self._exporter.shutdown()

    def _span(self, trace: int, span: Stretch) -> Any:
        from opentelemetry.sdk.trace import ReadableSpan
        from opentelemetry.trace import SpanContext, TraceFlags

        def context(number: int) -> SpanContext:
            return SpanContext(trace, number, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))

        return ReadableSpan(
            span.name,
            context(span.id),
            parent=None if span.parent is None else context(span.parent),
            resource=self._resource,
            attributes=dict(span.attributes),
            start_time=span.start,
            end_time=span.end,
            instrumentation_scope=self._scope,
        )


def _address(endpoint: str, *, offline: bool) -> str:
    """The whole URL that traces are sent to."""
    try:
        parts = urlsplit(endpoint)
        well = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        well = False
    if not well:
        raise BadSettings(
            f"{endpoint!r} is not the address of a collector.",
            hint="Set SOLO_TELEMETRY__ENDPOINT to something like http://127.0.0.1:4318.",
        )
    if offline and not is_loopback(endpoint):
        raise Forbidden(
            f"Solo is set to stay offline, and {endpoint} is not on this machine.",
            hint="Set SOLO_OFFLINE=false, or use a collector on 127.0.0.1.",
        )
    return endpoint if urlsplit(endpoint).path.strip("/") else endpoint.rstrip("/") + PATH


def _headers(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise BadSettings(
                "SOLO_TELEMETRY__HEADERS is not of the form name=value.", hint="Several are parted by commas."
            )
        found[name.strip()] = value.strip()
    return found
