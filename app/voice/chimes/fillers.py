"""What is said while an answer takes long: a word or two, made in advance in Solo's own voice.

The sentences are data, by language.  They are said in turns, so none comes twice in a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog

from app.events.voice import SpeakEvent, TTSEvent
from app.kernel.errors import SoloError
from app.kernel.runtime import Runtime
from app.voice.audio.frames import Samples

log = structlog.get_logger("solo.chimes")

SENTENCES: Final[dict[str, tuple[str, ...]]] = {
    "en": ("One moment.", "Let me think.", "One second.", "Let me see."),
    "de": ("Moment.", "Mal sehen.", "Sekunde."),
    "fr": ("Un instant.", "Voyons.", "Une seconde."),
    "es": ("Un momento.", "A ver.", "Un segundo."),
}
LONGEST_SECONDS: Final = 0.8
"""A voice that needs longer for it would keep an answer waiting."""
PAUSE_SECONDS: Final = 0.1
"""Left of the silence behind it."""
AUDIBLE: Final = 10 ** (-45 / 20)


@dataclass(frozen=True, slots=True)
class Filler:
    """A sentence and its sound."""

    text: str
    samples: Samples
    rate: int


class Fillers:
    """Those of one language, as far as they are made. language: of the voice; one without sentences
    has none."""

    def __init__(self, runtime: Runtime, language: str) -> None:
        self.language = language
        self._runtime = runtime
        self._left = list(SENTENCES.get(language, ()))
        self._made: list[Filler] = []

    @property
    def complete(self) -> bool:
        """There is nothing left to make."""
        return not self._left

    async def make(self, idle: Callable[[], bool]) -> None:
        """Have those spoken that are not there yet, one by one, for as long as Solo has nothing better to
        do; without a voice there will be none."""
        while self._left and idle():
            try:
                filler = await self._spoken(self._left[0])
            except SoloError as error:
                log.debug("no_filler", error=str(error))
                return
            del self._left[0]
            if 0 < len(filler.samples) <= LONGEST_SECONDS * filler.rate:
                self._made.append(filler)

    def renew(self) -> None:
        """The voice has changed: make them again."""
        self._left, self._made = list(SENTENCES.get(self.language, ())), []

    def next(self) -> Filler | None:
        """The one whose turn it is; None when there is none."""
        if not self._made:
            return None
        self._made.append(self._made.pop(0))
        return self._made[-1]

    async def _spoken(self, text: str) -> Filler:
        key, stream = self._runtime.streams.open()
        parts, rate = list[Samples](), 0
        try:
            request = SpeakEvent(text=text, sink=key, language=self.language)
            async with self._runtime.bus.ask(request) as answers:
                async for answer in answers:
                    if isinstance(answer, TTSEvent) and (samples := await stream.take()) is not None:
                        parts.append(samples)
                        rate = answer.rate
        finally:
            stream.abandon()
            self._runtime.streams.discard(key)
        return Filler(text, _without_pause(parts, rate), rate)


def _without_pause(parts: list[Samples], rate: int) -> Samples:
    """All of them, with no more than `PAUSE_SECONDS` of silence behind."""
    samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    loud = np.flatnonzero(np.abs(samples) > AUDIBLE)
    return samples[: int(loud[-1]) + 1 + round(PAUSE_SECONDS * rate)] if len(loud) else samples[:0]
