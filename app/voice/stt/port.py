"""What the STT stage needs from an engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.events.voice import HeardWord
from app.voice.audio.frames import Samples


@dataclass(frozen=True, slots=True)
class SttCapabilities:
    """languages: codes it can transcribe, empty for all; detects: can tell the language; hints:
    heeds them; words: can tell when each word was said; instant: does no work to speak of, and is called
    without a thread."""

    languages: tuple[str, ...] = ()
    detects: bool = False
    hints: bool = False
    words: bool = False
    instant: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said. no_speech, log_probability: the engine's own doubts, for the guard against
    inventions. words: when each was said, where that was asked for."""

    text: str
    language: str
    no_speech: float = 0.0
    log_probability: float = 0.0
    words: tuple[HeardWord, ...] = ()


def never() -> bool:
    """Somebody waits for it."""
    return False


class SpeechToText(Protocol):
    """Turns audio into text; blocking, called off the event loop, one call at a time."""

    name: str
    capabilities: SttCapabilities

    def load(self) -> None:
        """Load the model and warm it up. Raises BrokenFile, NotFound."""
        ...

    def transcribe(
        self,
        audio: Samples,
        language: str | None,
        hints: tuple[str, ...],
        given_up: Callable[[], bool] = never,
        before: str | None = None,
        *,
        words: bool = False,
    ) -> Transcript:
        """Mono float32 at 16 kHz. language None: detect (or the engine's only one); before: the language
        that is more probable than others. given_up: asked between steps of the work; when nobody wants
        the words any more, any will do. words: when each was said is wanted, too."""
        ...

    def close(self) -> None:
        """Give memory back; idempotent."""
        ...
