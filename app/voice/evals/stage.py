"""One run of a conversation test: the director, the line of sound and the witness, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.events.base import Event
from app.kernel.bus import Subscription
from app.kernel.clock import Clock
from app.voice.audio.duplex import Duplex
from app.voice.audio.echopath import EchoShape
from app.voice.audio.frames import RATE
from app.voice.audio.liveline import LiveLine
from app.voice.audio.pace import Pace
from app.voice.conversation import Listener, Talk, converse
from app.voice.evals.clips import Sounds
from app.voice.evals.director import Cue, Director
from app.voice.evals.judge import Verdict, judge
from app.voice.evals.moments import Happened
from app.voice.evals.read import Loaded
from app.voice.evals.witness import Journal, Witness

LINGER = 60.0
"""Seconds that an answer may still take when nothing more is to be heard."""


@dataclass(slots=True)
class Run:
    """How it went: one verdict for each expectation."""

    journal: Journal
    verdicts: list[Verdict]

    @property
    def passed(self) -> bool:
        """Everything was played, and nothing was other than expected."""
        return not self.journal.unheard and all(verdict.ok is not False for verdict in self.verdicts)


class Stage:
    """Made for one run; `duplex` is its microphone and loudspeaker, `hold` the conversation."""

    def __init__(
        self,
        loaded: Loaded,
        sounds: Sounds,
        *,
        realtime: bool,
        pace: Pace,
        said: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        scenario = loaded.scenario
        self._loaded = loaded
        self._sounds = sounds
        self._realtime = realtime
        self._happened = Happened()
        steps = zip(loaded.names, scenario.play, strict=True)
        cues = [Cue(name, step.at, sounds.clips[name]) for name, step in steps]
        self._director = Director(cues, self._happened, longest=round(scenario.seconds * RATE))
        way = scenario.echo
        echo = EchoShape(way.delay_ms, way.gain_db, way.room_ms) if way else None
        self._line = LiveLine(loaded.path.name, self._asked, room=sounds.room)
        self.duplex = Duplex(self._line, said, realtime=realtime, pace=pace, clock=clock, echo=echo)
        self._listener = Listener(Talk(latency_valid=realtime), lambda: self.duplex.position)
        self._witness = Witness(self._happened, self._line.spoken)

    async def hold(self, events: Subscription[Event], tell: Callable[[Event], None]) -> Run:
        """Converse, and judge it."""

        def note(event: Event) -> None:
            self._witness.tell(event, self.duplex.position)
            tell(event)

        talk = await converse(
            events,
            self.duplex,
            realtime=self._realtime,
            tell=note,
            listener=self._listener,
            longest=LINGER,
        )
        unheard = dict(self._director.unheard())
        journal = Journal(talk, self._happened, self._line.spoken, self._witness.answered, unheard)
        verdicts = [judge(one, journal, self._sounds.clips) for one in self._loaded.scenario.expect]
        journal.spoken = ()  # a thousand runs would keep their sound otherwise
        return Run(journal, verdicts)

    def _asked(self, index: int) -> None:
        for cue, at in self._director.due(index):
            self._line.lay(at, cue.clip.samples)
        self._line.over = self._director.over(index, resting=self._listener.resting)
