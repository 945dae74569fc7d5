"""The state of the conversation, announced at every change."""

from __future__ import annotations

from app.events.voice import AttentionEvent
from app.kernel.bus import Bus
from app.voice.turn.states import State, Trigger, after


class Attention:
    """Begins asleep."""

    def __init__(self, bus: Bus) -> None:
        self.state = State.ASLEEP
        self._bus = bus

    @property
    def answering(self) -> bool:
        """The person's turn is over and Solo's is not."""
        return self.state in (State.THINKING, State.SPEAKING)

    def go(self, trigger: Trigger, reason: str = "") -> None:
        """Move on as the table says. Raises Bug for what cannot happen."""
        before, self.state = self.state, after(self.state, trigger)
        if before is not self.state:
            self._bus.publish(AttentionEvent.model_validate({"state": self.state, "reason": reason}))
