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
    """A loudspeaker or what stands in for one. rate: samples per second that it takes; sure from
    the moment it is open.

    Positions count the samples written since it was opened, without those that a flush took back.
    """

    name: str
    rate: int

    def open(self) -> AbstractAsyncContextManager[None]:
        """Ready to play. Raises NotFound, DeviceLost."""
        ...

    async def write(self, samples: Samples) -> None:
        """Play these after what was written before; waits while the buffer is full. What waits
        when a flush comes is forgotten with the rest.

        Raises DeviceLost.
        """
        ...

    def flush(self) -> None:
        """Be silent at once: forget what was written and not yet handed to the loudspeaker."""
        ...

    async def heard(self, position: int) -> None:
        """Wait until `played` has reached this position, or a flush made that impossible.

        Raises DeviceLost.
        """
        ...

    @property
    def played(self) -> int:
        """Samples of what was written that have left the loudspeaker since it was opened
        (flushed ones never count)."""
        ...

    @property
    def position(self) -> int:
        """Where the next written sample will stand: played and pending together."""
        ...

    @property
    def pending(self) -> int:
        """Samples written and not yet heard."""
        ...


class VoiceActivity(Protocol):
    """Scores frames of 512 samples at 16 kHz; keeps state between them."""

    def load(self) -> None:
        """Get the model ready: slow, called once off the event loop. Raises NotFound, BrokenFile."""
        ...

    def score(self, samples: Samples) -> float:
        """Probability (0 to 1) of speech."""
        ...

    def reset(self) -> None:
        """Forget what was heard."""
        ...
