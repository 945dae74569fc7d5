"""The ledger: where the time of a turn went.

A rule file: it is fed what travelled on the bus, with times, and says the spans of a turn when it
is over.  Marks are points in time; spans lie between neighbouring marks, so they add up to the
whole by construction.  A mark that a turn does not have (a typed turn has no microphone) is left
out and the span runs on to the next one.  What was done before the turn was decided takes no time
after it: such a span is zero, and what was won lies in the pause.  A later revision of a turn
forgets what was made for the one before.

    voiced ─ pause ─▶ decided ─ transcribe ─▶ text ─ think ─▶ first token ─ clause ─▶ first clause
           ─ synthesize ─▶ first audio ─ play ─▶ audible
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from app.events.base import Answer, Event, Request
from app.events.dialogue import TurnEndedEvent, TurnStartedEvent
from app.events.llm import LLMRequestEvent
from app.events.system import Span, TurnTracedEvent
from app.events.voice import (
    HEARING_RATE,
    PlaybackEvent,
    SpeakEvent,
    SpeechEndedEvent,
    STTEvent,
    TTSEvent,
    WakeWordEvent,
)

SPANS: Final = (
    ("speech", "woken", "voiced"),
    ("pause", "voiced", "decided"),
    ("transcribe", "decided", "text"),
    ("think", "text", "first_token"),
    ("clause", "first_token", "first_clause"),
    ("synthesize", "first_clause", "first_audio"),
    ("play", "first_audio", "audible"),
)
"""Name of a span, the mark it begins with, the mark it ends with; in order."""

ORDER: Final = ("woken", "voiced", "decided", "text", "first_token", "first_clause", "first_audio", "audible")
HEARD: Final = ("woken", "voiced", "decided")
KEPT: Final = 32


@dataclass(slots=True)
class _Turn:
    marks: dict[str, float] = field(default_factory=dict[str, float])
    revision: int = 0
    channel: str = "voice"
    tokens_per_second: float = 0.0
    spoken: bool = False
    silent: bool = False
    ended: bool = False

    def mark(self, name: str, at: float) -> None:
        self.marks.setdefault(name, at)

    def revise(self, revision: int) -> bool:
        """Work for this revision: is it the one that counts so far?"""
        if revision > self.revision:
            self.revision = revision
            self.marks = {name: at for name, at in self.marks.items() if name in HEARD}
        return revision == self.revision

    @property
    def complete(self) -> bool:
        """Answered, and heard if it was spoken."""
        return self.ended and ("audible" in self.marks or self.silent or not self.spoken)


class Ledger:
    """Collects marks by turn. Feed `fact` and `first_answer`; both may return a finished trace."""

    def __init__(self) -> None:
        self._turns: OrderedDict[str, _Turn] = OrderedDict()
        self._woken: float | None = None

    def fact(self, event: Event, at: float) -> TurnTracedEvent | None:
        """A fact that was published at `at` (monotonic seconds)."""
        if isinstance(event, WakeWordEvent):
            self._woken = at
        if event.turn is None:
            return None
        if isinstance(event, SpeechEndedEvent):
            turn = self._turn(event.turn)
            turn.revise(event.revision)
            if self._woken is not None:
                turn.mark("woken", self._woken)
                self._woken = None
            turn.mark("voiced", at - (event.decided_at - event.voiced_until) / HEARING_RATE)
            turn.mark("decided", at)
        elif isinstance(event, STTEvent):
            self._turn(event.turn).mark("text", at)
        elif isinstance(event, TurnStartedEvent):
            turn = self._turn(event.turn)
            turn.channel = event.channel
            turn.mark("text", at)
        elif isinstance(event, PlaybackEvent):
            turn = self._turn(event.turn)
            turn.spoken = True
            turn.silent = event.state != "started"
            if event.state == "started":
                turn.mark("audible", event.audible_at if event.audible_at is not None else at)
        elif isinstance(event, TurnEndedEvent):
            turn = self._turn(event.turn)
            turn.ended = True
            turn.channel = event.channel
            # A short answer is written before its first sound is made.
            turn.spoken = turn.spoken or (event.channel == "voice" and bool(event.reply_text.strip()))
            turn.tokens_per_second = event.tokens_per_second
        return self._finish(event.turn)

    def first_answer(self, request: Request, answer: Answer, at: float) -> TurnTracedEvent | None:
        """The first answer to a request came at `at`."""
        if request.turn is None or not isinstance(request, LLMRequestEvent | SpeakEvent):
            return None
        turn = self._turn(request.turn)
        if not turn.revise(request.revision):
            return None
        if isinstance(request, LLMRequestEvent):
            turn.mark("first_token", at)
        elif isinstance(answer, TTSEvent):
            turn.spoken = True
            turn.mark("first_clause", at - answer.took_ms / 1000)
            turn.mark("first_audio", at)
        return self._finish(request.turn)

    def _turn(self, key: str) -> _Turn:
        turn = self._turns.get(key)
        if turn is None:
            turn = self._turns[key] = _Turn()
            while len(self._turns) > KEPT:
                self._turns.popitem(last=False)
        return turn

    def _finish(self, key: str) -> TurnTracedEvent | None:
        turn = self._turns.get(key)
        if turn is None or not turn.complete:
            return None
        del self._turns[key]
        spans = spans_of(turn.marks)
        total = spans[-1].end_ms if spans else 0.0
        return TurnTracedEvent(
            turn=key,
            channel=turn.channel,
            spans=spans,
            total_ms=total,
            tokens_per_second=turn.tokens_per_second,
            began_at=next((turn.marks[name] for name in ORDER if name in turn.marks), None),
        )


def spans_of(marks: dict[str, float]) -> tuple[Span, ...]:
    """Spans between the marks that are there, end to end, named after the mark they end with.

    A mark that lies before its predecessor (clocks of two threads) counts as at the same time.
    """
    ending = {end: name for name, _, end in SPANS}
    present = [name for name in ORDER if name in marks]
    if len(present) < 2:
        return ()
    origin = previous = marks[present[0]]
    spans: list[Span] = []
    for name in present[1:]:
        at = max(previous, marks[name])
        start_ms, end_ms = (previous - origin) * 1000, (at - origin) * 1000
        spans.append(Span(name=ending[name], start_ms=round(start_ms, 2), end_ms=round(end_ms, 2)))
        previous = at
    return tuple(spans)
