"""The ledger's service: feeds the rules in ledger.py with the bus and publishes what they say."""

from __future__ import annotations

from app.events.base import Answer, Fact, Request
from app.events.dialogue import TurnEndedEvent, TurnStartedEvent
from app.events.system import TurnTracedEvent
from app.events.voice import PlaybackEvent, SpeechEndedEvent, STTEvent, WakeWordEvent
from app.kernel.ledger import Ledger
from app.kernel.lifecycle import Ready
from app.kernel.runtime import Runtime

WATCHED: tuple[type[Fact | Answer], ...] = (
    WakeWordEvent,
    SpeechEndedEvent,
    STTEvent,
    TurnStartedEvent,
    PlaybackEvent,
    TurnEndedEvent,
)


class LedgerService:
    """Publishes a TurnTracedEvent for each turn when it is over."""

    def __init__(self, runtime: Runtime) -> None:
        self._bus = runtime.bus
        self._ledger = Ledger()

    async def run(self, ready: Ready) -> None:
        """Watch until cancelled."""
        forget = self._bus.observe(self._first_answer)
        try:
            with self._bus.subscribe(*WATCHED, name="ledger") as facts:
                ready()
                async for envelope in facts.envelopes():
                    self._tell(self._ledger.fact(envelope.event, envelope.at))
        finally:
            forget()

    def _first_answer(self, request: Request, answer: Answer, at: float) -> None:
        self._tell(self._ledger.first_answer(request, answer, at))

    def _tell(self, trace: TurnTracedEvent | None) -> None:
        if trace is not None:
            self._bus.publish(trace)
