"""What /status remembers of the events that went by: plain bookkeeping, no I/O, no clock."""

from __future__ import annotations

import re
from collections import Counter, deque
from typing import Final

from app.api.schemas import (
    DeviceReport,
    EarlyReport,
    EchoReport,
    PausesReport,
    SpanReport,
    ToolsReport,
    TurnReport,
)
from app.events.base import Event
from app.events.dialogue import TurnEndedEvent
from app.events.llm import ChainsEvent, ModelReadyEvent
from app.events.system import ReadyEvent, TurnTracedEvent
from app.events.tools import ToolCalledEvent
from app.events.voice import (
    AttentionEvent,
    AudioDeviceEvent,
    EchoEvent,
    NoJudgeEvent,
    NoSpeechEvent,
    NoVoiceEvent,
    PausesLearntEvent,
    SpeculationEvent,
)

FOLLOWED: Final[tuple[type[Event], ...]] = (
    TurnTracedEvent,
    TurnEndedEvent,
    AudioDeviceEvent,
    EchoEvent,
    PausesLearntEvent,
    NoVoiceEvent,
    NoJudgeEvent,
    AttentionEvent,
    SpeculationEvent,
    NoSpeechEvent,
    ReadyEvent,
    ModelReadyEvent,
    ChainsEvent,
    ToolCalledEvent,
)
"""What the board wants to be told."""

_UNNAMED = re.compile(r"Solo made a mistake \((\w+): .*\)\.", re.DOTALL)


def without_words(sentence: str) -> str:
    """A failure's sentence as /status may show it.

    Solo's own errors name things, not what was said; the text of an unforeseen exception may quote
    anything, so only its type is kept.
    """
    return _UNNAMED.sub(r"Solo made a mistake (\1).", sentence)


class StatusBoard:
    """The last turns, the devices and the totals. kept: how many turns are remembered."""

    def __init__(self, kept: int = 20) -> None:
        self.turns: deque[TurnReport] = deque(maxlen=kept)
        self.speeds: deque[float] = deque(maxlen=kept)
        self.ended: Counter[str] = Counter()
        self.early = EarlyReport()
        self.unanswered: Counter[str] = Counter()
        self.devices: dict[str, DeviceReport] = {}
        self.echo: EchoReport | None = None
        self.pauses: PausesReport | None = None
        self.attention = self.attention_reason = ""
        self.no_voice: dict[str, str] = {}
        self.no_judge = ""
        self.tools = ToolsReport()
        self.completion_tokens = 0
        self.model = ""
        self.chains: dict[str, tuple[str, ...]] = {}
        self.ready_seconds: float | None = None

    def take(self, event: Event, at: str) -> None:
        """Note one event. at: ISO 8601, UTC."""
        if isinstance(event, TurnTracedEvent):
            self._traced(event, at)
        elif isinstance(event, TurnEndedEvent):
            self._ended(event)
        elif isinstance(event, SpeculationEvent):
            self._began_early(event)
        elif isinstance(event, AudioDeviceEvent):
            self.devices[event.role] = DeviceReport(
                role=event.role, state=event.state, device=event.device, reason=event.reason
            )
        elif isinstance(event, EchoEvent):
            self.echo = _echo(event)
        elif isinstance(event, PausesLearntEvent):
            self.pauses = PausesReport(
                average_ms=round(event.average_ms), count=event.count, stretch=round(event.stretch, 2)
            )
        elif isinstance(event, NoVoiceEvent):
            self.no_voice[event.language] = event.reason
        elif isinstance(event, NoJudgeEvent):
            self.no_judge = event.reason
        elif isinstance(event, AttentionEvent):
            self.attention, self.attention_reason = event.state, event.reason
        elif isinstance(event, NoSpeechEvent):
            self.unanswered[event.reason] += 1
        elif isinstance(event, ReadyEvent):
            self.ready_seconds = event.seconds
        elif isinstance(event, ModelReadyEvent):
            self.model = event.model
        elif isinstance(event, ChainsEvent):
            self.chains = {chain.role: chain.targets for chain in event.chains}
        elif isinstance(event, ToolCalledEvent):
            self._tool_ran(event)

    def _tool_ran(self, event: ToolCalledEvent) -> None:
        before = self.tools
        failed = before.failed + (not event.ok)
        self.tools = ToolsReport(called=before.called + 1, failed=failed)

    def _traced(self, event: TurnTracedEvent, at: str) -> None:
        spans = tuple(SpanReport(name=s.name, start_ms=s.start_ms, end_ms=s.end_ms) for s in event.spans)
        self.turns.append(
            TurnReport(
                turn=event.turn or "",
                at=at,
                channel=event.channel,
                total_ms=event.total_ms,
                tokens_per_second=event.tokens_per_second,
                spans=spans,
            )
        )

    def _began_early(self, event: SpeculationEvent) -> None:
        count, work = ("kept", "kept_ms") if event.kept else ("dropped", "dropped_ms")
        before = self.early
        more = {count: getattr(before, count) + 1, work: round(getattr(before, work) + event.ahead_ms, 1)}
        self.early = before.model_copy(update=more)

    def _ended(self, event: TurnEndedEvent) -> None:
        self.ended[event.finish] += 1
        self.completion_tokens += event.completion_tokens
        self.model = event.model or self.model
        if event.tokens_per_second > 0:
            self.speeds.append(round(event.tokens_per_second, 2))


def _echo(event: EchoEvent) -> EchoReport:
    return EchoReport(
        engine=event.engine,
        state=event.state,
        reason=event.reason,
        attenuation_db=event.attenuation_db,
        delay_ms=event.delay_ms,
    )
