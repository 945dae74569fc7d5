"""From the words of a turn to the end of its answer: one task for each turn.

It may begin before it is decided that the turn is over; then nothing is heard of it, and nobody else
learns of it, until `decide`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import anyio
import structlog

from app.events.voice import SpeculationEvent, STTEvent
from app.kernel.errors import SoloError
from app.kernel.runtime import Runtime
from app.sayings.languages import sayings
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.turn.hearing import Hearing
from app.voice.turn.phrases import is_echo, is_listening, is_misheard_stop, is_stop
from app.voice.turn.reply import Reply

log = structlog.get_logger("solo.turn")

Empty: TypeAlias = Literal["", "silence", "noise", "not_understood", "cancelled", "not_meant", "farewell"]


class Answering:
    """See the module. early: the turn is not decided yet. empty: why there was nothing to answer; `worded`
    is called when that is known, `over` at the end, unless it was dropped."""

    def __init__(
        self,
        runtime: Runtime,
        playback: Playback,
        pace: Pace,
        hearing: Hearing,
        over: Callable[[Answering], None],
        worded: Callable[[Answering], None],
        *,
        early: bool = False,
    ) -> None:
        self.turn = hearing.turn
        self.revision = hearing.revision
        self.hearing = hearing
        self.empty: Empty = ""
        self._runtime = runtime
        self._pace = pace
        self._over = over
        self._worded = worded
        self._reply = Reply(runtime, playback, pace, hearing.turn, hearing.revision)
        self._said: STTEvent | None = None
        self._began = runtime.clock.monotonic()
        self._settled = anyio.Event()
        self._dropped = False
        self._waiting = anyio.CancelScope()
        if not early:
            self.decide()

    @property
    def text(self) -> str:
        """What Solo said or was about to say, as far as it is written."""
        return self._reply.text

    @property
    def cut(self) -> bool:
        """It was silenced before its end."""
        return self._reply.cut

    @property
    def dismissed(self) -> bool:
        """Words that say, or show, that no more is wanted of Solo."""
        return self.empty in ("cancelled", "not_meant", "farewell")

    @property
    def pending(self) -> bool:
        """It is neither decided yet that the turn is over, nor that it goes on."""
        return not self._settled.is_set()

    def decide(self) -> None:
        """The turn is over: what was begun counts, and may be heard."""
        self._settled.set()
        self._publish()
        self._reply.commit()

    def drop(self) -> None:
        """The person goes on: forget it, unless it is decided that they do not."""
        if self.pending:
            self._dropped = True
            self._settled.set()
            self._waiting.cancel()
            self._reply.drop()

    def outcome(self, *, kept: bool) -> SpeculationEvent:
        """What became of having begun early."""
        ahead = (self._runtime.clock.monotonic() - self._began) * 1000
        return SpeculationEvent(turn=self.turn, revision=self.revision, kept=kept, ahead_ms=ahead)

    def cut_off(self) -> None:
        """Stop hearing, thinking and talking; idempotent."""
        self._waiting.cancel()
        self._reply.cut_off()

    def keep_pace(self) -> None:
        """A frame has gone by."""
        self._reply.keep_pace()

    async def run(self) -> None:
        """The whole answer; never raises a SoloError."""
        try:
            said = await self._words()
            if said is not None:
                await self._reply.answer(said)
        except SoloError as error:
            log.warning("transcription_failed", turn=self.turn, code=error.code, error=str(error))
            language = self.hearing.language
            await self._reply.say(sayings(language).excuses.deaf, language)
        await self._settled.wait()
        if not self._dropped:
            self._over(self)

    async def _words(self) -> STTEvent | None:
        """What is to be answered, None when there is nothing. Raises SoloError."""
        with self._waiting, self._pace.busy():
            said = await self.hearing.transcript()
            self.empty = nothing_in(said, self.hearing.over) or self.hearing.refusal(said)
            if self.empty != "not_meant":  # what others say to each other is nobody's business
                self._said = said.model_copy(update={"turn": self.turn})
            if not self.pending:
                self._publish()
            self._worded(self)
            return None if self.empty else said
        return None

    def _publish(self) -> None:
        """Tell what was heard, once it is known and counts."""
        said, self._said = self._said, None
        if said is not None:
            self._runtime.bus.publish(said)


def nothing_in(said: STTEvent, over: str) -> Empty:
    """Why nothing in this wants an answer; empty when something does. over: what Solo was saying."""
    if not said.text.strip():
        reason = said.reason.lower()
        return "silence" if "silen" in reason else "noise" if "nois" in reason else "not_understood"
    if over and (is_echo(said.text, over) or is_listening(said.text, over, said.language)):
        return "noise"
    if over and is_misheard_stop(said.text, over, said.language):
        return "cancelled"
    return "cancelled" if is_stop(said.text, said.language) else ""
