"""Solo's side of the conversation by voice: the answer that is being made or heard, the one that was
begun early, and the one that somebody speaks over.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from anyio.abc import TaskGroup

from app.kernel.runtime import Runtime
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.turn.answering import Answering
from app.voice.turn.hearing import Hearing
from app.voice.turn.speaking import Interruption, Speaking

log = structlog.get_logger("solo.turn")


class Answers:
    """At most one of each. over: called when the current answer is over; worded: when it is known what
    was said for it."""

    def __init__(
        self,
        runtime: Runtime,
        playback: Playback,
        pace: Pace,
        group: TaskGroup,
        speaking: Speaking,
        *,
        worded: Callable[[Answering], None],
        over: Callable[[Answering], None],
    ) -> None:
        self.current: Answering | None = None
        """To a turn that is over."""
        self.paused: Answering | None = None
        """Somebody speaks over it; whether they mean to interrupt is not known yet."""
        self._early: Answering | None = None
        """To what may be the whole turn, but is not decided to be."""
        self._paused_at = 0
        self._runtime = runtime
        self._playback = playback
        self._pace = pace
        self._group = group
        self._speaking = speaking
        self._worded = worded
        self._over = over

    @property
    def waited_for(self) -> bool:
        """Solo makes an answer, and something else of it is heard meanwhile."""
        playing = self._speaking.turn
        return self.current is not None and playing is not None and playing != self.current.turn

    def keep_pace(self) -> None:
        """A frame has gone by."""
        if self.current is not None:
            self.current.keep_pace()

    # -- beginning -------------------------------------------------------------------------------

    def begin(self, hearing: Hearing) -> None:
        """The turn is over: answer it, or go on with the answer that was begun early."""
        early, self._early = self._early, None
        if early is None:
            self.current = self._start(hearing, early=False)
            return
        self.current = early
        early.decide()
        self._runtime.bus.publish(early.outcome(kept=True))

    def begin_early(self, hearing: Hearing) -> None:
        """What was said so far may be all: begin, to take it back if it is not."""
        self._early = self._start(hearing, early=True)
        hearing.build(self._take_back)

    def _take_back(self) -> None:
        early, self._early = self._early, None
        if early is not None:
            early.drop()
            self._runtime.bus.publish(early.outcome(kept=False))

    def _start(self, hearing: Hearing, *, early: bool) -> Answering:
        answering = Answering(
            self._runtime, self._playback, self._pace, hearing, self._ended, self._worded, early=early
        )
        self._group.start_soon(answering.run, name=f"turn:{hearing.turn}")
        return answering

    # -- being spoken over -----------------------------------------------------------------------

    def pause(self, began: int) -> None:
        """Be silent until it is known whether the voice that began there means it."""
        if self.waited_for:
            self._speaking.hush()
        self.paused, self.current, self._paused_at = self.current, None, began
        if self.paused is not None:
            self._speaking.pause(self.paused.turn)

    def resume(self) -> None:
        """Nobody meant it: go on at the same sample."""
        self.current, self.paused = self.paused, None
        if self.current is not None:
            log.info("resumed", turn=self.current.turn)
            self._speaking.resume(self.current.turn)

    def yield_to_voice(self) -> None:
        """Somebody meant it: the paused answer is over."""
        if self.paused is not None:
            self._silence(self.paused, "speech", self._paused_at)

    def interrupt(self, reason: Interruption, sample: int) -> str:
        """Silence whatever is made, heard or paused; the text of what was being heard."""
        text = ""
        if self.waited_for:
            self._speaking.hush()
        if self.paused is not None:
            self._silence(self.paused, reason, sample)
        current, self.current = self.current, None
        if current is not None:
            text = current.text if self._speaking.turn else ""
            self._silence(current, reason, sample)
        elif (playing := self._speaking.now) is not None:
            self._speaking.silence(playing, reason, sample)
        return text

    def call_off(self, turn: str) -> None:
        """Dialogue called this turn off."""
        for answering in (self.current, self.paused):
            if answering is not None and answering.turn == turn:
                answering.cut_off()

    def _silence(self, answering: Answering, reason: Interruption, sample: int) -> None:
        if answering is self.paused:
            self.paused = None
        answering.cut_off()
        self._speaking.silence(answering.turn, reason, sample)

    # -- the end ---------------------------------------------------------------------------------

    def _ended(self, answering: Answering) -> None:
        """Called by its task when it is over, one way or another."""
        if answering is self.paused:
            self.paused = None  # there was no more to say
        if answering is self.current:
            self.current = None
            self._over(answering)
