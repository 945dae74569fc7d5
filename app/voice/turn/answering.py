"""From the decision that a turn is over to the end of its answer: one task for each turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import anyio
import structlog

from app.events.voice import STTEvent
from app.kernel.errors import SoloError
from app.kernel.runtime import Runtime
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.turn.hearing import Hearing
from app.voice.turn.phrases import is_echo, is_stop
from app.voice.turn.reply import Reply

log = structlog.get_logger("solo.turn")

Empty: TypeAlias = Literal["", "silence", "noise", "not_understood", "cancelled"]


class Answering:
    """See the module. empty: why there was nothing to answer; `over` is called at the end."""

    def __init__(
        self,
        runtime: Runtime,
        playback: Playback,
        pace: Pace,
        hearing: Hearing,
        over: Callable[[Answering], None],
    ) -> None:
        self.turn = hearing.turn
        self.hearing = hearing
        self.empty: Empty = ""
        self._runtime = runtime
        self._pace = pace
        self._over = over
        self._reply = Reply(runtime, playback, pace, hearing.turn)
        self._waiting = anyio.CancelScope()

    @property
    def text(self) -> str:
        """What Solo said or was about to say, as far as it is written."""
        return self._reply.text

    @property
    def cut(self) -> bool:
        """It was silenced before its end."""
        return self._reply.cut

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
            await self._reply.say("Sorry, my speech recognition is not available.")
        self._over(self)

    async def _words(self) -> STTEvent | None:
        """What is to be answered, None when there is nothing. Raises SoloError."""
        with self._waiting, self._pace.busy():
            said = await self.hearing.transcript()
            self._runtime.bus.publish(said.model_copy(update={"turn": self.turn}))
            self.empty = _nothing_in(said, self.hearing.over)
            return None if self.empty else said
        return None


def _nothing_in(said: STTEvent, over: str) -> Empty:
    if not said.text.strip():
        reason = said.reason.lower()
        return "silence" if "silen" in reason else "noise" if "nois" in reason else "not_understood"
    if over and is_echo(said.text, over):
        return "noise"
    return "cancelled" if is_stop(said.text) else ""
