"""SOLO_TELEMETRY__…: what turns cost, told to a collector."""

from __future__ import annotations

from pydantic import SecretStr

from app.config.section import Section, setting


class TelemetrySettings(Section):
    """Traces by OpenTelemetry: times and names of stages, never words."""

    endpoint: str = setting(
        "", "OTLP/HTTP collector, such as http://127.0.0.1:4318; needs the extra otel; empty: off"
    )
    headers: SecretStr = setting(
        SecretStr(""), "what the collector wants to be sent along: name=value, separated by commas"
    )
    timeout_seconds: float = setting(5.0, "how long the collector may take", gt=0, le=60)
