"""What the ear knows of Solo's own voice: who is being heard, and how to silence it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from app.events.voice import BargeInEvent
from app.kernel.bus import Bus
from app.voice.audio.frames import Frame
from app.voice.audio.playback import Playback
from app.voice.turn.interrupt import Interrupter, InterruptLimits

Interruption: TypeAlias = Literal["speech", "wake", "key", "stop"]


class Speaking:
    """turn: the turn that was being heard at the last frame, None for silence. A turn here may be
    an answer or a text that is read out on demand."""

    def __init__(self, bus: Bus, playback: Playback, limits: InterruptLimits) -> None:
        self.turn: str | None = None
        self._bus = bus
        self._playback = playback
        self._interrupter = Interrupter(limits)

    @property
    def now(self) -> str | None:
        """The turn that is being heard this very moment."""
        return self._playback.speaking

    def changed(self) -> bool:
        """Look at the loudspeaker again; was there a change?"""
        before, self.turn = self.turn, self._playback.speaking
        if self.turn is None and before is not None:
            self._hush()
        return before != self.turn

    def hear(self, frame: Frame) -> int | None:
        """A frame heard over it; the first sample of a voice that interrupts, if it does. At the
        first suspicion of one Solo speaks softer."""
        began = self._interrupter.hear(frame)
        self._playback.duck(self._interrupter.suspicious)
        return began

    def was_echo(self) -> None:
        """The last interruption was Solo's own voice."""
        self._interrupter.mistaken()

    def pause(self, turn: str) -> None:
        """Be silent at once; it may go on."""
        self._playback.pause(turn)
        self.turn = None
        self._hush()

    def resume(self, turn: str) -> None:
        """Go on where it was."""
        self._playback.resume(turn)

    def silence(self, turn: str, reason: Interruption, sample: int) -> None:
        """Stop it at once and say that it was interrupted, and how."""
        self._playback.stop(turn)
        self.turn = None
        self._hush()
        self._bus.publish(BargeInEvent(turn=turn, reason=reason, sample=max(0, sample)))

    def hush(self) -> None:
        """Stop what is said beside the conversation: nobody is interrupted."""
        if self.turn is not None:
            self._playback.stop(self.turn)

    def _hush(self) -> None:
        """Nothing is to be heard over."""
        self._interrupter.silent()
        self._playback.duck(False)
