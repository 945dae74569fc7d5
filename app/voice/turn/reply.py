"""One answer: what dialogue says goes to the voice while it is still being written, and what the
voice says to the loudspeaker, once the turn is committed."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import anyio
import structlog

from app.events.base import LOCAL_OWNER
from app.events.dialogue import (
    ReplyDeltaEvent,
    ReplyEvent,
    ReplyWrittenEvent,
    TurnCommittedEvent,
    UserSaidEvent,
)
from app.events.voice import ReplySpokenEvent, SpeakEvent, STTEvent, TTSEvent, UnspokenEvent
from app.kernel.errors import Interrupted, SoloError, TimedOut, TurnCancelled, Unavailable
from app.kernel.runtime import Runtime
from app.kernel.streams import Stream
from app.sayings.languages import sayings
from app.voice.audio.frames import Samples, milliseconds
from app.voice.audio.pace import Pace
from app.voice.audio.playback import Playback
from app.voice.turn.heard import Spoken, sounded, split_heard

log = structlog.get_logger("solo.turn")

GRACE_SECONDS = 0.5
"""An answer that was cut off is called off by dialogue; if it is not by then, it is dropped."""
SILENT_SECONDS = 90.0
"""So long may dialogue be silent before Solo says that it takes too long."""
PLENTY_MS = 1500.0
"""With so much speech ahead nobody waits for the next piece."""
SCARCE_MS = 500.0
STRETCHES_AHEAD = 12
"""Stretches of speech, about a third of a second to three seconds each, that may wait for the
loudspeaker, or for the turn to be committed."""


class Reply:
    """See the module. `answer` or `say` is awaited once; `cut_off` may come at any time.

    Nothing is heard, and nothing of it is written down anywhere, before `commit`; until then `drop`
    makes it undone.
    """

    def __init__(self, runtime: Runtime, playback: Playback, pace: Pace, turn: str, revision: int) -> None:
        self.turn = turn
        self.cut = False
        self.text = ""
        self._owner = LOCAL_OWNER
        self._language: str | None = None
        self._revision = revision
        self._runtime = runtime
        self._playback = playback
        self._pace = pace
        self._pieces: list[Spoken] = []
        self._made_ms = 0.0
        self._busy = ExitStack()
        self._begun = False
        self._holding = False
        self._all_spoken = False
        self._told = False
        self._committed = anyio.Event()
        self._scope = anyio.CancelScope()
        self._sound: Stream[Samples] | None = None

    def commit(self) -> None:
        """The turn is over: let it be heard."""
        self._committed.set()
        if self._begun and not self.cut:
            self._hold()
            owner, revision = self._owner, self._revision
            self._runtime.bus.publish(TurnCommittedEvent(owner=owner, turn=self.turn, revision=revision))

    def drop(self) -> None:
        """The turn is not over: leave everybody who works on this."""
        self._scope.cancel()

    async def answer(self, said: STTEvent) -> None:
        """Ask dialogue and speak what it says; returns when it has been heard or cut off."""
        self._owner = said.owner
        self._language = said.language or None
        await self._run(said, "")

    async def say(self, sentence: str, language: str | None) -> None:
        """Speak this of Solo's own accord."""
        self._language = language
        await self._run(None, sentence)

    def cut_off(self) -> None:
        """Be silent at once; idempotent."""
        if not self.cut:
            self.cut = True
            self._playback.stop(self.turn)
            if self._sound is not None:
                self._sound.abandon()
            self._scope.deadline = anyio.current_time() + GRACE_SECONDS
            self._release()
            self._tell()  # now: what the person says next may be "go on"

    def keep_pace(self) -> None:
        """A frame has gone by: when speech runs short, a file waits for the next piece."""
        if not self._all_spoken and not self.cut and self._ahead_ms() < SCARCE_MS:
            self._hold()

    # -- inside ----------------------------------------------------------------------------------

    async def _run(self, said: STTEvent | None, sentence: str) -> None:
        if self.cut:
            return
        streams = self._runtime.streams
        key, deltas = streams.open(256)
        self._begun = True
        if self._committed.is_set():
            self._hold()
        try:
            with self._scope:
                async with anyio.create_task_group() as group:
                    group.start_soon(self._speak, key, deltas, name="turn:speak")
                    if said is not None:
                        await self._think(said, deltas)
                    else:
                        await deltas.send(sentence)
                        deltas.close()
                await self._playback.done(self.turn)
        finally:
            deltas.close()
            streams.discard(key)
            self._release()
            self._tell()

    async def _think(self, said: STTEvent, deltas: Stream[str]) -> None:
        request = UserSaidEvent(
            owner=self._owner,
            turn=self.turn,
            revision=self._revision,
            text=said.text,
            channel="voice",
            language=said.language,
            provisional=not self._committed.is_set(),
        )
        try:
            await self._write(request, deltas)
        except TurnCancelled:
            self.cut_off()
        except SoloError as error:
            log.warning("answer_failed", turn=self.turn, code=error.code, error=str(error))
            await deltas.send(f" {excuse(error, self._language, begun=bool(self.text.strip()))}")
        finally:
            deltas.close()

    async def _write(self, request: UserSaidEvent, deltas: Stream[str]) -> None:
        with anyio.move_on_after(SILENT_SECONDS) as limit:
            async with self._runtime.bus.ask(request) as answers:
                async for answer in answers:
                    limit.deadline = anyio.current_time() + SILENT_SECONDS
                    if isinstance(answer, ReplyDeltaEvent):
                        self.text += answer.text
                        await deltas.send(answer.text)
                    elif isinstance(answer, ReplyWrittenEvent):
                        deltas.close()  # its last sentence is whole, and can be synthesized
                    elif isinstance(answer, ReplyEvent):
                        self.text = answer.text or self.text
        if limit.cancelled_caught:
            raise TimedOut

    async def _speak(self, key: str, deltas: Stream[str]) -> None:
        sound_key, sound = self._runtime.streams.open(STRETCHES_AHEAD)
        self._sound = sound
        mute = ""
        request = SpeakEvent(
            turn=self.turn,
            revision=self._revision,
            text_stream=key,
            sink=sound_key,
            language=self._language,
        )
        try:
            async with self._runtime.bus.ask(request) as answers:
                async for answer in answers:
                    if isinstance(answer, TTSEvent):
                        await self._play(answer, await sound.take())
        except TurnCancelled:
            self.cut_off()
        except SoloError as error:
            log.warning("speech_failed", turn=self.turn, code=error.code, error=str(error))
            mute = str(error)
        finally:
            deltas.abandon()
            sound.abandon()
            self._runtime.streams.discard(sound_key)
        await self._committed.wait()
        if mute:
            self._runtime.bus.publish(UnspokenEvent(owner=self._owner, turn=self.turn, reason=mute))
        self._all_spoken = True
        self._playback.finish(self.turn)
        self._release()

    async def _play(self, piece: TTSEvent, samples: Samples | None) -> None:
        await self._committed.wait()
        if samples is not None and not self.cut:
            self._piece(piece)
            await self._playback.play(self.turn, samples, piece.rate, more=not piece.last)

    def _piece(self, made: TTSEvent) -> None:
        """Remember where it stands: the next stretch of a piece, or the first one."""
        if made.index == len(self._pieces):
            self._pieces.append(Spoken(made.text, milliseconds(made.start, made.rate), 0.0))
        piece = self._pieces[-1]
        self._made_ms = milliseconds(made.start + made.samples, made.rate)
        whole = max(milliseconds(made.whole, made.rate), self._made_ms - piece.start_ms)
        self._pieces[-1] = replace(piece, length_ms=whole, words=piece.words + sounded(made))
        if self._ahead_ms() >= PLENTY_MS:
            self._release()

    def _ahead_ms(self) -> float:
        return self._made_ms - self._playback.heard_ms(self.turn)

    def _tell(self) -> None:
        """Say what was heard, if there was anything to hear; once."""
        played = self._playback.heard_ms(self.turn)
        if self._told or not self.text or (not self.cut and played <= 0):
            return
        self._told = True
        heard, unheard = split_heard(self.text, self._pieces, played)
        self._runtime.bus.publish(ReplySpokenEvent(turn=self.turn, heard=heard, unheard=unheard))

    def _hold(self) -> None:
        if not self._holding:
            self._holding = True
            self._busy.enter_context(self._pace.busy())

    def _release(self) -> None:
        self._holding = False
        self._busy.close()


def excuse(error: SoloError, language: str | None, *, begun: bool) -> str:
    """One short honest sentence about a failure, to be spoken."""
    excuses = sayings(language).excuses
    if begun:
        return excuses.unfinished
    if isinstance(error, TimedOut):
        return excuses.slow
    return excuses.thoughtless if isinstance(error, Unavailable | Interrupted) else excuses.failed
