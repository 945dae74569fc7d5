"""A conversation with files: how long it goes on, and what can be told of it afterwards."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import anyio

from app.events.base import Event
from app.events.dialogue import TurnEndedEvent
from app.events.system import Span, TurnTracedEvent
from app.events.voice import (
    HEARING_RATE,
    AttentionEvent,
    BargeInEvent,
    FillerEvent,
    NoJudgeEvent,
    NoSpeechEvent,
    PartialTranscriptEvent,
    PlaybackEvent,
    ReplySpokenEvent,
    SpeechEndedEvent,
    SpeechStartedEvent,
    STTEvent,
    UnspokenEvent,
    WakeWordEvent,
)
from app.kernel.bus import Subscription
from app.kernel.runtime import Runtime
from app.voice.audio.duplex import Duplex
from app.voice.audio.frames import Samples
from app.voice.audio.port import AudioSource

AFTERWARDS = 1.0
"""Seconds of quiet, by the microphone's clock, after which the conversation is over."""
LONGEST = 300.0
"""Seconds by the microphone's clock after the end of the input at which it is cut off."""

UNANSWERED = ("cancelled", "noise", "silence", "not_meant", "farewell")
TOLD = (
    WakeWordEvent,
    SpeechStartedEvent,
    SpeechEndedEvent,
    PartialTranscriptEvent,
    STTEvent,
    TurnEndedEvent,
    PlaybackEvent,
    BargeInEvent,
    NoSpeechEvent,
    ReplySpokenEvent,
    TurnTracedEvent,
    AttentionEvent,
    FillerEvent,
    UnspokenEvent,
    NoJudgeEvent,
)


@dataclass(slots=True)
class TalkedTurn:
    """One turn as it was heard from outside. Positions in milliseconds of the input."""

    turn: str
    heard: str = ""
    said: str = ""
    spoken: str = ""
    outcome: str = ""
    voiced_until_ms: float | None = None
    audible_ms: float | None = None
    gap_ms: float | None = None
    interrupted: bool = False
    spans: list[Span] = field(default_factory=list[Span])

    @property
    def counts(self) -> bool:
        """Something was understood, and it was not taken back before anything was heard of it."""
        return bool(self.heard) and not (self.audible_ms is None and self.outcome in UNANSWERED)


@dataclass(slots=True)
class Talk:
    """What happened. latency_valid: the microphone ran in real time, so gaps are what a person
    would have waited; otherwise work took no time."""

    latency_valid: bool
    seconds: float = 0.0
    wakes: list[str] = field(default_factory=list[str])
    turns: list[TalkedTurn] = field(default_factory=list[TalkedTurn])

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        made = asdict(self)
        for turn, source in zip(made["turns"], self.turns, strict=True):
            turn["spans"] = [span.model_dump() for span in source.spans]
        return made


class HeldSource:
    """A microphone that says nothing before `begin`: so that a file is heard from its first sample
    by everybody, however long they take to start."""

    def __init__(self, source: AudioSource) -> None:
        self.name = source.name
        self._source = source
        self._begun = anyio.Event()

    def begin(self) -> None:
        """Let it be heard."""
        self._begun.set()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncIterator[Samples]]:
        """As the source's own, but held back."""
        async with self._source.open() as blocks:
            yield self._after(blocks)

    async def _after(self, blocks: AsyncIterator[Samples]) -> AsyncIterator[Samples]:
        await self._begun.wait()
        async for block in blocks:
            yield block


class Listener:
    """Collects a Talk from what is said on the bus."""

    def __init__(self, talk: Talk, position: Callable[[], int]) -> None:
        self.talk = talk
        self._position = position
        self.resting = True

    def hear(self, event: Event) -> None:
        """One happening, at the position of the microphone."""
        if isinstance(event, AttentionEvent):
            self.resting = event.state in ("asleep", "listening")
        elif isinstance(event, WakeWordEvent):
            self.talk.wakes.append(event.word)
        elif event.turn is not None:
            self._of_turn(self._turn(event.turn), event)

    def _of_turn(self, turn: TalkedTurn, event: Event) -> None:
        match event:
            case SpeechEndedEvent():
                turn.voiced_until_ms = event.voiced_until * 1000 / HEARING_RATE
            case STTEvent(final=True):
                turn.heard = event.text
            case TurnEndedEvent():
                turn.said, turn.outcome = event.reply_text, event.finish
            case PlaybackEvent(state="started"):
                turn.audible_ms = self._position() * 1000 / HEARING_RATE
                if turn.voiced_until_ms is not None:
                    turn.gap_ms = round(turn.audible_ms - turn.voiced_until_ms, 1)
            case BargeInEvent():
                turn.interrupted = True
            case NoSpeechEvent():
                turn.outcome = event.reason
            case ReplySpokenEvent():
                turn.spoken = event.heard
            case TurnTracedEvent():
                turn.spans = list(event.spans)
            case _:
                pass

    def _turn(self, key: str) -> TalkedTurn:
        for turn in self.talk.turns:
            if turn.turn == key:
                return turn
        self.talk.turns.append(TalkedTurn(key))
        return self.talk.turns[-1]


def listen(runtime: Runtime) -> Subscription[Event]:
    """Subscribe to what `converse` needs; to be done before the services start."""
    return runtime.bus.subscribe(*TOLD, name="conversation")


async def converse(
    events: Subscription[Event],
    duplex: Duplex,
    *,
    realtime: bool,
    tell: Callable[[Event], None],
    listener: Listener | None = None,
    longest: float = LONGEST,
) -> Talk:
    """Let the microphone hear, wait until nobody has anything more to say, and end both sides.

    `tell` is given every happening, for a screen, after the listener (default: a fresh one).
    longest: seconds after the end of the input at which it is cut off.
    """
    listener = listener or Listener(Talk(latency_valid=realtime), lambda: duplex.position)

    async with anyio.create_task_group() as group:
        group.start_soon(overhear, events, listener, tell)
        await _over(duplex, listener, longest)
        duplex.finish()
        group.cancel_scope.cancel()
    listener.talk.seconds = round(duplex.position / HEARING_RATE, 3)
    return listener.talk


async def overhear(events: Subscription[Event], listener: Listener, tell: Callable[[Event], None]) -> None:
    """Note what happens until cancelled, as `converse` does."""
    async for event in events:
        listener.hear(event)
        tell(event)


async def _over(duplex: Duplex, listener: Listener, longest: float) -> None:
    """Wait until the input is over and Solo has rested for a while, in the microphone's time."""
    while not duplex.exhausted:
        await _tick(duplex)
    ended = rested_since = duplex.position
    while True:
        await _tick(duplex)
        if not listener.resting:
            rested_since = duplex.position
        if duplex.position - rested_since >= AFTERWARDS * HEARING_RATE:
            return
        if duplex.position - ended >= longest * HEARING_RATE:
            return


async def _tick(duplex: Duplex) -> None:
    """Wait until the microphone has moved on."""
    await duplex.wait_until(duplex.now() + 1, lambda: False)
