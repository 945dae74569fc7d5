"""What is said while an answer takes long: a word or two, made in advance in Solo's own voices.

The sentences are in `app/sayings`.  They are said in turns, so none comes twice in a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog

from app.events.voice import SpeakEvent, TTSEvent
from app.kernel.errors import SoloError
from app.kernel.runtime import Runtime
from app.sayings.languages import has_sayings, sayings
from app.voice.audio.frames import Samples

log = structlog.get_logger("solo.chimes")

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
    """As far as they are made. languages: those that Solo has a voice for; one without sentences has none.
    Those of the first are made at once, of the others when they are wanted: their voice is loaded by then."""

    def __init__(self, runtime: Runtime, languages: Sequence[str]) -> None:
        self._runtime = runtime
        self._languages = tuple(language for language in languages if has_sayings(language))
        self._left = {language: _sentences(language) for language in self._languages[:1]}
        self._made: dict[str, list[Filler]] = {}

    @property
    def complete(self) -> bool:
        """There is nothing left to make."""
        return not any(self._left.values())

    def want(self, language: str) -> None:
        """This language is spoken here."""
        if language in self._languages and language not in self._left:
            self._left[language] = _sentences(language)

    def drop(self, language: str) -> None:
        """There is no voice for it after all."""
        self._languages = tuple(one for one in self._languages if one != language)
        self._left.pop(language, None)
        self._made.pop(language, None)

    async def make(self, idle: Callable[[], bool]) -> None:
        """Have those spoken that are not there yet, one by one, for as long as Solo has nothing better to
        do; without a voice there will be none."""
        while (language := next((one for one, left in self._left.items() if left), "")) and idle():
            text = self._left[language][0]
            try:
                filler = await self._spoken(text, language)
            except SoloError as error:
                log.debug("no_filler", error=str(error))
                return
            if text not in self._left.get(language, ()):
                continue  # dropped, or to be made again
            self._left[language].remove(text)
            if 0 < len(filler.samples) <= LONGEST_SECONDS * filler.rate:
                self._made.setdefault(language, []).append(filler)

    def renew(self) -> None:
        """The voices have changed: make them again."""
        self._left, self._made = {language: _sentences(language) for language in self._left}, {}

    def next(self, language: str) -> Filler | None:
        """The one whose turn it is; None when there is none."""
        made = self._made.get(language)
        if not made:
            return None
        made.append(made.pop(0))
        return made[-1]

    async def _spoken(self, text: str, language: str) -> Filler:
        key, stream = self._runtime.streams.open()
        parts, rate = list[Samples](), 0
        try:
            request = SpeakEvent(text=text, sink=key, language=language)
            async with self._runtime.bus.ask(request) as answers:
                async for answer in answers:
                    if isinstance(answer, TTSEvent) and (samples := await stream.take()) is not None:
                        parts.append(samples)
                        rate = answer.rate
        finally:
            stream.abandon()
            self._runtime.streams.discard(key)
        return Filler(text, _without_pause(parts, rate), rate)


def _sentences(language: str) -> list[str]:
    return list(sayings(language).fillers)


def _without_pause(parts: list[Samples], rate: int) -> Samples:
    """All of them, with no more than `PAUSE_SECONDS` of silence behind."""
    samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    loud = np.flatnonzero(np.abs(samples) > AUDIBLE)
    return samples[: int(loud[-1]) + 1 + round(PAUSE_SECONDS * rate)] if len(loud) else samples[:0]
