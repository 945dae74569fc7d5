"""The words of a turn while it is still being spoken, on a steady beat.

Dialogue lets the model read them, the terminal shows them, and whoever follows the events by the API
sees them.  One transcription at a time, and none that would still run when the turn is over: it is begun
while there is a voice, and called off at the first silence.
"""

from __future__ import annotations

import os
from typing import Final

import anyio
import structlog
from anyio.abc import TaskGroup

from app.config.voice import SttSettings
from app.events.voice import PartialTranscriptEvent, STTEvent
from app.kernel.errors import SoloError
from app.kernel.runtime import Runtime
from app.voice.audio.frames import Samples, samples_of
from app.voice.turn.segmenter import Segmenter
from app.voice.turn.sentences import Sentences
from app.voice.turn.stable import Stable
from app.voice.turn.tongue import Tongue
from app.voice.turn.transcribing import transcribe

USUAL_MS: Final = 700.0
CORES: Final = 2
"""With one the words at the end would come later for it."""

log = structlog.get_logger("solo.turn")


class Partials:
    """Those of one turn. sentences: what of it need not be heard again."""

    def __init__(
        self,
        runtime: Runtime,
        settings: SttSettings,
        group: TaskGroup,
        tongue: Tongue,
        sentences: Sentences,
    ) -> None:
        self._runtime = runtime
        self._tongue = tongue
        self._settings = settings
        self._group = group
        self._beat = samples_of(beat_ms(settings.partial_ms, os.cpu_count() or 1))
        self._sentences = sentences
        self._words = Stable()
        self._last: int | None = None
        self._scope: anyio.CancelScope | None = None

    def hear(self, cut: Segmenter, turn: str, revision: int) -> None:
        """A frame has gone by."""
        if not self._beat or cut.began_at is None or cut.paused or cut.silence or self._scope is not None:
            return
        last = self._last if self._last is not None else cut.began_at
        if cut.position - last >= self._beat:
            self._last, self._scope = cut.position, anyio.CancelScope()
            audio = cut.audio(self._sentences.since)
            self._group.start_soon(self._run, self._scope, audio, turn, revision, name="turn:partial")

    def stop(self) -> None:
        """The person is silent, or not listened to any more; idempotent."""
        if self._scope is not None:
            self._scope.cancel()

    async def _run(self, scope: anyio.CancelScope, audio: Samples, turn: str, revision: int) -> None:
        try:
            with scope:
                before = self._tongue.language
                heard = await transcribe(
                    self._runtime,
                    self._settings,
                    audio,
                    turn=turn,
                    revision=revision,
                    before=before,
                    partial=True,
                )
                if heard.text:
                    self._tell(self._sentences.then(heard), turn, revision)
        except SoloError as error:
            log.debug("no_partial", turn=turn, code=error.code)
        finally:
            self._scope = None

    def _tell(self, heard: STTEvent, turn: str, revision: int) -> None:
        words = self._words
        words.feed(heard.text)
        self._runtime.bus.publish(
            PartialTranscriptEvent(
                turn=turn,
                revision=revision,
                text=words.text,
                language=heard.language,
                sure=" ".join(words.sure),
                rest=" ".join(words.rest),
            )
        )


def beat_ms(wanted: int, cores: int) -> float:
    """How often, 0 for never."""
    if wanted >= 0:
        return wanted
    return USUAL_MS if cores >= CORES else 0.0
