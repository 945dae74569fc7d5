"""Notes what happens in a conversation, each with its place on the microphone's line of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.events.base import Event
from app.events.voice import BargeInEvent, PlaybackEvent, WakeWordEvent
from app.voice.audio.frames import Samples
from app.voice.conversation import Talk, TalkedTurn
from app.voice.evals.moments import Happened, Stretch
from app.voice.evals.track import first_sound, last_sound


@dataclass(slots=True)
class Journal:
    """A conversation that is over. spoken: what the loudspeaker played, until it was judged; answered:
    which answer (by its number in happened.answers) belongs to which turn; unheard: steps that were
    never played, with the moment that never came."""

    talk: Talk
    happened: Happened
    spoken: Sequence[Samples]
    answered: dict[str, int] = field(default_factory=dict[str, int])
    unheard: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def turns(self) -> list[TalkedTurn]:
        """Those that count."""
        return [turn for turn in self.talk.turns if turn.counts]


class Witness:
    """See the module."""

    def __init__(self, happened: Happened, spoken: Sequence[Samples]) -> None:
        self._happened = happened
        self._spoken = spoken
        self.answered: dict[str, int] = {}

    def tell(self, event: Event, position: int) -> None:
        """Something happened; position: of the microphone when it was said."""
        match event:
            case WakeWordEvent():
                self._happened.wakes.append(event.sample)
            case BargeInEvent(turn=str(turn)) if turn in self.answered:
                self._happened.interruptions.append(position)
            case PlaybackEvent(turn=str(turn), state="started") if turn not in self.answered:
                self.answered[turn] = len(self._happened.answers)
                self._happened.answers.append(Stretch(first_sound(self._spoken, position)))
            case PlaybackEvent(turn=str(turn)) if turn in self.answered and event.state != "started":
                answer = self._happened.answers[self.answered[turn]]
                answer.end = max(answer.begin, last_sound(self._spoken, position))
            case _:
                pass
