"""The road to the loudspeaker: what waits to be spoken, and how much of it has been heard.

Speech comes in by turns. It is cut into small pieces, converted to the loudspeaker's rate when it
is taken, and every piece remembers where in the sink it stands, so that at any moment, also after
an interruption, it is known how much of a turn left the loudspeaker.  It knows no clock and
survives restarts of whoever writes to it or reads from it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from app.voice.audio.duck import Ducking
from app.voice.audio.frames import Samples, milliseconds
from app.voice.audio.port import AudioSink
from app.voice.audio.resample import Resampler

PIECE_MS = 10
FADE_MS = 8
CONVERT_MS = 100
AHEAD_SECONDS = 2.0
"""Speech that may wait before `play` does."""
TURNS_KEPT = 64
AUDIBLE = 10 ** (-45 / 20)
"""Amplitude from which a sample counts as audible: -45 dBFS."""
USUAL_RATE = 48_000
SILENCE: Final[Samples] = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """Sound that is to be played. more: the same sound goes on in what comes next."""

    samples: Samples
    rate: int
    more: bool = False


@dataclass(slots=True)
class Speech:
    """What one turn has to say and how far it has come. Positions are the sink's."""

    turn: str
    waiting: deque[Waiting] = field(default_factory=deque[Waiting])
    waiting_seconds: float = 0.0
    given_ms: float = 0.0
    ranges: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    converter: Resampler | None = None
    ready: Samples = field(default_factory=lambda: np.zeros(0, np.float32))
    written: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    sent: deque[tuple[int, Samples]] = field(default_factory=deque[tuple[int, Samples]])
    """What was written last, with where it begins: what of it is not heard when the speech pauses."""
    audible: int | None = None
    heard_before: float = 0.0
    complete: bool = False
    stopped: bool = False
    in_flight: Piece | None = None
    paused: bool = False
    started: bool = False
    announced: bool = False
    aside: bool = False
    """Said beside the conversation: no event tells of it."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def exhausted(self) -> bool:
        """All there will be has been handed to the sink."""
        return self.complete and not self.waiting and not len(self.ready) and not self.in_flight

    @property
    def end(self) -> int:
        """Position after its last sample in the sink."""
        return self.written[-1][1] if self.written else 0

    def nudge(self) -> None:
        """Wake whoever waits for a change."""
        self.changed.set()
        self.changed = asyncio.Event()


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A few milliseconds on their way to the sink, at its rate. speech: None for a chime."""

    speech: Speech | None
    samples: Samples


class Playback:
    """See the module. One per process."""

    def __init__(self) -> None:
        self.rate = USUAL_RATE
        """Samples per second of the sink that is, or was last, open."""
        self.device_state = ""
        """What was last announced of the loudspeaker."""
        self._sink: AudioSink | None = None
        self._deaf = False
        self._speeches: OrderedDict[str, Speech] = OrderedDict()
        self._chime: Samples = SILENCE
        self._changed = asyncio.Event()
        self._ducking = Ducking()

    # -- who speaks ------------------------------------------------------------------------------

    async def play(self, turn: str, samples: Samples, rate: int, *, more: bool = False) -> None:
        """Say this after what the turn said before; waits while about two seconds wait already. more:
        the same sound goes on in what comes next. What belongs to a stopped turn, or finds no
        loudspeaker, vanishes."""
        speech = self._speech(turn)
        if speech.over.is_set() or self._deaf:
            return
        start = speech.given_ms
        speech.given_ms += milliseconds(len(samples), rate)
        speech.ranges.append((start, speech.given_ms))
        while speech.waiting_seconds > AHEAD_SECONDS and not speech.over.is_set():
            await speech.changed.wait()
        if speech.over.is_set() or self._deaf:
            return
        speech.waiting.append(Waiting(samples, rate, more))
        speech.waiting_seconds += len(samples) / rate
        self._wake()

    def finish(self, turn: str) -> None:
        """The turn has nothing more to say."""
        speech = self._speech(turn)
        speech.complete = True
        if self._deaf or (not speech.waiting and not speech.written):
            speech.over.set()
        speech.nudge()
        self._wake()

    async def done(self, turn: str) -> float:
        """Wait until all of the turn has been heard, or it was stopped; milliseconds heard."""
        await self._speech(turn).over.wait()
        return self.heard_ms(turn)

    def stop(self, turn: str | None = None) -> float:
        """Silence the turn (or every turn) at once; milliseconds heard of it (of them)."""
        chosen = [self._speech(turn)] if turn is not None else list(self._speeches.values())
        return sum(self._stop(speech) for speech in chosen if not speech.over.is_set())

    def chime(self, samples: Samples, rate: int) -> None:
        """Let a short sound be heard that is no speech, unless somebody speaks; who begins to cuts it
        short."""
        if self._sink is not None and self.speaking is None:
            self._chime = Resampler(rate, self.rate).process(samples, last=True)
            self._wake()

    def murmur(self, turn: str, samples: Samples, rate: int) -> bool:
        """Let a word or two be heard beside the conversation, under an id of their own, unless somebody
        speaks or is about to: then it returns False. What comes next is heard right behind them."""
        if self._sink is None or any(not speech.over.is_set() for speech in self._speeches.values()):
            return False
        speech = self._speech(turn)
        speech.aside = speech.complete = True
        speech.waiting.append(Waiting(samples, rate))
        speech.waiting_seconds = len(samples) / rate
        self._wake()
        return True

    def pause(self, turn: str) -> None:
        """Silence the turn at once, even before it speaks, for `resume` to go on where it was."""
        speech = self._speech(turn)
        if speech.paused or speech.over.is_set():
            return
        speech.paused = True
        if self._sink is not None and speech.written:
            self._sink.flush()
            self._take_back(speech, self._sink.position)
        speech.nudge()

    def resume(self, turn: str) -> None:
        """Go on with what was paused."""
        speech = self._speeches.get(turn)
        if speech is not None and speech.paused:
            speech.paused = False
            speech.nudge()
            self._wake()

    def duck(self, on: bool) -> None:
        """Be softer for as long as this is on: somebody may be about to interrupt."""
        self._ducking.on = on

    # -- who asks --------------------------------------------------------------------------------

    def heard_ms(self, turn: str) -> float:
        """How much of the turn has left the loudspeaker."""
        speech = self._speeches.get(turn)
        if speech is None:
            return 0.0
        played = self._sink.played if self._sink else 0
        here = sum(max(0, min(end, played) - start) for start, end in speech.written)
        return speech.heard_before + milliseconds(here, self.rate)

    def ranges(self, turn: str) -> list[tuple[float, float]]:
        """For each call of `play`, from where to where it reaches in the turn, in milliseconds."""
        speech = self._speeches.get(turn)
        return list(speech.ranges) if speech else []

    @property
    def speaking(self) -> str | None:
        """The turn that is being heard now."""
        for speech in self._speeches.values():
            if speech.written and not speech.paused and not speech.over.is_set():
                return speech.turn
        return None

    # -- who plays -------------------------------------------------------------------------------

    def attach(self, sink: AudioSink) -> None:
        """This loudspeaker is open."""
        self._sink, self.rate, self._deaf = sink, sink.rate, False

    def detach(self, *, deaf: bool = False) -> None:
        """The loudspeaker is gone. deaf: nobody knows for how long, so whatever is said until the
        next `attach` is thrown away instead of waiting."""
        for speech in self._speeches.values():
            speech.heard_before = self.heard_ms(speech.turn)
            speech.written, speech.audible = [], None
            speech.converter, speech.in_flight = None, None
            speech.sent.clear()
            if speech.over.is_set():
                continue
            if len(speech.ready):  # the next loudspeaker may have another rate
                speech.waiting.appendleft(Waiting(speech.ready, self.rate))
                speech.waiting_seconds += len(speech.ready) / self.rate
                speech.ready = speech.ready[:0]
            if deaf:
                self._end(speech)
            elif speech.exhausted:
                speech.over.set()
                speech.nudge()
        self._sink, self._deaf, self._chime = None, deaf, SILENCE

    def take(self) -> Piece | None:
        """The next piece to be played, None when nothing waits."""
        for speech in self._speeches.values():
            if speech.over.is_set():
                continue
            if not speech.paused and (speech.waiting or len(speech.ready)):
                if len(self._chime):
                    return self._cut_chime(last=True)
                speech.in_flight = Piece(speech, self._cut(speech))
                return speech.in_flight
            if speech.paused or not speech.complete:
                break  # the next turn does not overtake
        return self._cut_chime() if len(self._chime) else None

    def softened(self, samples: Samples) -> Samples:
        """A piece as loud as it is to be now."""
        return self._ducking.apply(samples, self.rate)

    @property
    def changed(self) -> asyncio.Event:
        """Set at the next change; to be fetched before looking, waited for afterwards."""
        return self._changed

    def wrote(self, piece: Piece) -> None:
        """The sink took the piece: remember where it stands."""
        speech, sink = piece.speech, self._sink
        if speech is None or speech.in_flight is not piece:
            return  # paused meanwhile: it waits again
        speech.in_flight = None
        if sink is None or speech.stopped:
            return
        end = sink.position
        start = end - len(piece.samples)
        speech.sent.append((start, piece.samples))
        while speech.sent and speech.sent[0][0] + len(speech.sent[0][1]) <= sink.played:
            speech.sent.popleft()
        if speech.audible is None:
            loud = np.flatnonzero(np.abs(piece.samples) > AUDIBLE)
            speech.audible = start + int(loud[0]) if len(loud) else None
        if speech.written and speech.written[-1][1] == start:
            speech.written[-1] = (speech.written[-1][0], end)
        else:
            speech.written.append((start, end))
        speech.nudge()
        self._wake()

    def unannounced(self) -> Speech | None:
        """The oldest speech of which has been written and whose end was not announced."""
        for speech in self._speeches.values():
            if not speech.announced and (speech.written or speech.stopped):
                return speech
        return None

    # -- inside ----------------------------------------------------------------------------------

    def _speech(self, turn: str) -> Speech:
        if turn not in self._speeches:
            while len(self._speeches) >= TURNS_KEPT:
                self._speeches.popitem(last=False)
            self._speeches[turn] = Speech(turn)
        return self._speeches[turn]

    def _cut(self, speech: Speech) -> Samples:
        """The next piece, at the sink's rate. The converter gives in bursts, so it works ahead."""
        length = self.rate * PIECE_MS // 1000
        while len(speech.ready) < length and speech.waiting:
            speech.ready = np.concatenate((speech.ready, self._convert(speech)))
        piece, speech.ready = speech.ready[:length], speech.ready[length:]
        speech.nudge()
        return piece

    def _take_back(self, speech: Speech, position: int) -> None:
        """What the sink has not played, from this position of it on, is to be played again."""
        unheard = [samples[max(0, position - start) :] for start, samples in speech.sent]
        if speech.in_flight is not None:
            unheard.append(speech.in_flight.samples)
        speech.in_flight = None
        speech.sent.clear()
        again = np.concatenate((*unheard, speech.ready)) if unheard else speech.ready
        fade = min(len(again), self.rate * FADE_MS // 1000)
        again[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
        speech.ready = again
        speech.written = [(start, min(end, position)) for start, end in speech.written if start < position]
        if speech.audible is not None and speech.audible >= position:
            speech.audible = None

    def _cut_chime(self, *, last: bool = False) -> Piece:
        """Its next piece. last: somebody wants to speak, so it fades out in this one."""
        length = self.rate * PIECE_MS // 1000
        piece, rest = self._chime[:length], self._chime[length:]
        if last:
            piece, rest = piece * np.linspace(1, 0, len(piece), dtype=np.float32), SILENCE
        self._chime = rest
        return Piece(None, piece)

    def _convert(self, speech: Speech) -> Samples:
        piece = speech.waiting.popleft()
        samples, rate = piece.samples, piece.rate
        length = max(1, rate * CONVERT_MS // 1000)
        if len(samples) > length:
            speech.waiting.appendleft(replace(piece, samples=samples[length:]))
            samples = samples[:length]
        speech.waiting_seconds -= len(samples) / rate
        converter = speech.converter
        if converter is None or (converter.source, converter.target) != (rate, self.rate):
            converter = speech.converter = Resampler(rate, self.rate)
        # When a gap or the end follows, what the filter holds back is given out.
        last = not speech.waiting and not piece.more
        if last:
            speech.converter = None
        return converter.process(samples, last=last)

    def _stop(self, speech: Speech) -> float:
        in_sink = self._sink is not None and bool(speech.written)
        self._end(speech)
        if in_sink and self._sink is not None:
            self._sink.flush()
            # what the device has swallowed already will be heard, whatever anyone does
            position = self._sink.position
            speech.written = [(start, min(end, position)) for start, end in speech.written]
        return self.heard_ms(speech.turn)

    def _end(self, speech: Speech) -> None:
        speech.waiting.clear()
        speech.sent.clear()
        speech.ready = speech.ready[:0]
        speech.waiting_seconds = 0.0
        speech.stopped = True
        speech.over.set()
        speech.nudge()
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
