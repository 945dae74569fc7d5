"""What the TTS stage needs from an engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from app.voice.audio.frames import Samples


@dataclass(frozen=True, slots=True)
class TtsCapabilities:
    """rate: samples per second of what it makes; language: code of the voice."""

    rate: int
    language: str


class TextToSpeech(Protocol):
    """Turns text into audio; blocking, called off the event loop, one call at a time."""

    name: str

    @property
    def capabilities(self) -> TtsCapabilities:
        """Known once loaded."""
        ...

    def load(self) -> None:
        """Load the voice and warm it up. Raises BrokenFile, NotFound."""
        ...

    def synthesize(self, text: str, speed: float) -> Iterator[Samples]:
        """Mono float32 at `capabilities.rate`, in pieces as they become ready."""
        ...

    def close(self) -> None:
        """Give memory back; idempotent."""
        ...
