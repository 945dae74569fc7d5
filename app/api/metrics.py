"""What Prometheus may scrape: a registry of Solo's own, counts and times only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector as MetricSource

from app.api.schemas import BusReport, ServiceReport, StatusReport
from app.events.base import Event
from app.events.dialogue import TurnEndedEvent
from app.events.system import TurnTracedEvent
from app.events.tools import ToolCalledEvent
from app.events.voice import NoSpeechEvent, SpeculationEvent

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
"""Seconds; finest where people feel the difference."""


class Metrics:
    """Counts what `take` is told and, when asked, adds what the status report says now."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._turns = Counter(
            "solo_turns",
            "Turns by channel and how they ended",
            ("channel", "finish"),
            registry=self._registry,
        )
        self._tokens = Counter("solo_completion_tokens", "Tokens written", registry=self._registry)
        self._spans = Histogram(
            "solo_span_seconds",
            "Stages of turns",
            ("span", "channel"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._totals = Histogram(
            "solo_turn_seconds", "Whole turns", ("channel",), buckets=BUCKETS, registry=self._registry
        )
        self._early = Counter(
            "solo_early_answers",
            "Answers begun before their turn was decided, by what became of them",
            ("outcome",),
            registry=self._registry,
        )
        self._unanswered = Counter(
            "solo_unanswered_turns", "What was heard and got no answer", ("reason",), registry=self._registry
        )
        self._tools = Counter(
            "solo_tool_calls",
            "Tools that ran, by who brings them and what came of it",
            ("source", "outcome"),
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)

    def take(self, event: Event) -> None:
        """Count one event."""
        if isinstance(event, TurnEndedEvent):
            self._turns.labels(event.channel, event.finish).inc()
            self._tokens.inc(event.completion_tokens)
        elif isinstance(event, TurnTracedEvent):
            self._totals.labels(event.channel).observe(event.total_ms / 1000)
            for span in event.spans:
                self._spans.labels(span.name, event.channel).observe(
                    max(0.0, span.end_ms - span.start_ms) / 1000
                )

        elif isinstance(event, SpeculationEvent):
            self._early.labels("kept" if event.kept else "dropped").inc()
        elif isinstance(event, NoSpeechEvent):
            self._unanswered.labels(event.reason).inc()
        elif isinstance(event, ToolCalledEvent):
            self._tools.labels(event.source, event.code or "ok").inc()

    def render(self, status: StatusReport) -> bytes:
        """Prometheus' text format."""
        moment = CollectorRegistry()
        moment.register(_Moment(status))
        return generate_latest(self._registry) + generate_latest(moment)


class _Moment(MetricSource):
    """What is known at the time of the scrape rather than counted on the way."""

    def __init__(self, status: StatusReport) -> None:
        self._status = status

    def collect(self) -> Iterable[Metric]:
        status = self._status
        yield GaugeMetricFamily("solo_uptime_seconds", "Since the start", value=status.uptime_seconds)
        yield GaugeMetricFamily("solo_ready", "1 when Solo can be talked to", value=float(status.ready))
        yield GaugeMetricFamily(
            "solo_tokens_per_second", "Of the last turn", value=status.llm.tokens_per_second
        )
        yield from _services(status.services)
        yield from _bus(status.bus)


def _services(services: Sequence[ServiceReport]) -> Iterator[Metric]:
    states = GaugeMetricFamily("solo_service_state", "1 for the state it is in", labels=("service", "state"))
    restarts = CounterMetricFamily("solo_service_restarts", "Restarts", labels=("service",))
    for service in services:
        states.add_metric((service.name, service.state), 1)
        restarts.add_metric((service.name,), service.restarts)
    yield states
    yield restarts


def _bus(bus: BusReport) -> Iterator[Metric]:
    yield CounterMetricFamily("solo_bus_published", "Facts published", value=bus.published)
    for count in ("delivered", "dropped", "overruns", "failed", "cancelled"):
        family = CounterMetricFamily(f"solo_bus_{count}", f"Events {count}", labels=("road",))
        for road, counters in bus.roads.items():
            family.add_metric((road,), getattr(counters, count))
        yield family
