"""What the TTS stage needs from an engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from app.events.voice import SpokenWord
from app.voice.audio.frames import Samples


@dataclass(frozen=True, slots=True)
class TtsCapabilities:
    """rate: samples per second of what it makes; language: code of the voice; instant: does no
    work to speak of, and is called without a thread."""

    rate: int
    language: str
    instant: bool = False


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch of speech that goes on where the one before ended.

    samples: mono float32; last: a sentence ends with it; whole: samples that this sentence has in all;
    words: with its first stretch, when the words of the sentence sound, if the voice knows that.
    """

    samples: Samples
    last: bool
    whole: int
    words: tuple[SpokenWord, ...] = ()


def joined(sounds: Iterable[Sound]) -> Samples:
    """The sound of it all."""
    parts = [sound.samples for sound in sounds]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


class Mouth(Protocol):
    """What this stage needs of the road to the loudspeaker (app/voice/audio/playback.py)."""

    async def play(self, turn: str, samples: Samples, rate: int, *, more: bool = False) -> None:
        """Say this after what the turn said before; waits while much is waiting already. more: the
        same sound goes on in what comes next."""
        ...

    def finish(self, turn: str) -> None:
        """The turn has nothing more to say."""
        ...


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

    def synthesize(self, text: str, speed: float) -> Iterator[Sound]:
        """The speech at `capabilities.rate`, stretch by stretch as they become ready."""
        ...

    def close(self) -> None:
        """Give memory back; idempotent."""
        ...
