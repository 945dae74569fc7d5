"""What the ear and the mouth need from a sound device, and the VAD from its model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from app.voice.audio.frames import Samples


class AudioSource(Protocol):
    """A microphone or what stands in for one."""

    name: str

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Samples]]:
        """Blocks of mono float32 at 16 kHz, of any length, as they are heard.

        Raises NotFound (no such device), DeviceLost (gone while open, from the iteration); the
        iteration ends when there is no more to hear (end of a file).
        """
        ...


class AudioSink(Protocol):
    """A loudspeaker or what stands in for one. rate: samples per second that it takes."""

    name: str
    rate: int

    def open(self) -> AbstractAsyncContextManager[None]:
        """Ready to play. Raises NotFound, DeviceLost."""
        ...

    async def write(self, samples: Samples) -> None:
        """Play these after what was written before; waits while the buffer is full.

        Raises DeviceLost.
        """
        ...

    def flush(self) -> None:
        """Be silent at once: forget what was written and not yet heard."""
        ...

    @property
    def played(self) -> int:
        """Samples of what was written that have left the loudspeaker since it was opened
        (flushed ones never count)."""
        ...

    @property
    def pending(self) -> int:
        """Samples written and not yet heard."""
        ...


class VoiceActivity(Protocol):
    """Scores frames of 512 samples at 16 kHz; keeps state between them."""

    def score(self, samples: Samples) -> float:
        """Probability (0 to 1) of speech."""
        ...

    def reset(self) -> None:
        """Forget what was heard."""
        ...
