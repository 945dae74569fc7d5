"""Where speech goes: to the loudspeaker, or into a stream."""

from __future__ import annotations

from typing import Protocol

from app.kernel.errors import Interrupted
from app.kernel.streams import Stream
from app.voice.audio.frames import Samples
from app.voice.tts.port import Mouth


class Sink(Protocol):
    """Takes the sound of one speech.

    turn: whose speech it is, empty for none. complete: set when all of it has been sent. stopped:
    set when somebody silenced the turn; what is still to come would vanish.
    """

    turn: str
    complete: bool
    stopped: bool

    @property
    def gone(self) -> bool:
        """Nobody listens any more."""
        ...

    async def send(self, samples: Samples, rate: int, *, more: bool = False) -> None:
        """Take these; waits while there is no room. more: the same sound goes on in what comes next."""
        ...

    def close(self) -> None:
        """Nothing more will come."""
        ...


class MouthSink:
    """The loudspeaker."""

    def __init__(self, mouth: Mouth, turn: str) -> None:
        self.turn = turn
        self.complete = False
        self.stopped = False
        self._mouth = mouth

    @property
    def gone(self) -> bool:
        return self.stopped

    async def send(self, samples: Samples, rate: int, *, more: bool = False) -> None:
        await self._mouth.play(self.turn, samples, rate, more=more)

    def close(self) -> None:
        self._mouth.finish(self.turn)


class StreamSink:
    """A stream that somebody reads; the rate is in the events beside it."""

    def __init__(self, stream: Stream[Samples]) -> None:
        self.turn = ""
        self.complete = False
        self.stopped = False
        self._stream = stream

    @property
    def gone(self) -> bool:
        return self._stream.abandoned

    async def send(self, samples: Samples, rate: int, *, more: bool = False) -> None:
        del rate, more
        await self._stream.send(samples)

    def close(self) -> None:
        self._stream.close(None if self.complete else Interrupted("The speech broke off."))
