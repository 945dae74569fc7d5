"""The states of a conversation by voice, as a table.

What may live in this file: the names of the states and triggers, the table, and the one function
that reads it.  No frames, no events, no time: who pulls a trigger, and why, is decided elsewhere;
here stands what it leads to.  The picture in the documentation is made from `TABLE`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from app.kernel.errors import Bug


class State(StrEnum):
    """What the ear is doing. The values are those of AttentionEvent."""

    ASLEEP = "asleep"
    LISTENING = "listening"
    HEARING = "hearing"
    THINKING = "thinking"
    SPEAKING = "speaking"


class Trigger(StrEnum):
    """What moves it on."""

    CALLED = "called"
    """The wake word, the talk key, or another call for attention."""
    SPEECH = "speech"
    """The person began to speak."""
    INTERRUPTED = "interrupted"
    """The person spoke while Solo thought or talked."""
    RESUMED = "resumed"
    """Nobody meant to interrupt: Solo talks on."""
    DECIDED = "decided"
    """The person's turn is over."""
    NOTHING = "nothing"
    """Nothing was said, or nothing that wants an answer; ears closed again."""
    AGAIN = "again"
    """Nothing was said so far, and the ears stay open."""
    AUDIBLE = "audible"
    """The first sound of the answer."""
    ANSWERED = "answered"
    """The answer is over, the ears close."""
    FOLLOW_UP = "follow_up"
    """The answer is over, the ears stay open."""
    SILENCED = "silenced"
    """Solo was told to be silent."""


_A, _L, _H, _T, _S = State
_CALLED = {Trigger.CALLED: _L}

TABLE: Final[dict[State, dict[Trigger, State]]] = {
    _A: _CALLED,
    _L: _CALLED | {Trigger.SPEECH: _H, Trigger.DECIDED: _T, Trigger.NOTHING: _A, Trigger.AGAIN: _L},
    _H: _CALLED | {Trigger.DECIDED: _T, Trigger.NOTHING: _A, Trigger.AGAIN: _L, Trigger.RESUMED: _S},
    _T: _CALLED
    | {
        Trigger.RESUMED: _S,
        Trigger.AUDIBLE: _S,
        Trigger.INTERRUPTED: _H,
        Trigger.NOTHING: _A,
        Trigger.AGAIN: _L,
        Trigger.ANSWERED: _A,
        Trigger.FOLLOW_UP: _L,
        Trigger.SILENCED: _A,
    },
    _S: _CALLED
    | {
        Trigger.AUDIBLE: _S,
        Trigger.INTERRUPTED: _H,
        Trigger.ANSWERED: _A,
        Trigger.FOLLOW_UP: _L,
        Trigger.SILENCED: _A,
    },
}
"""state → trigger → next state; what is missing cannot happen."""


def after(state: State, trigger: Trigger) -> State:
    """The state that follows. Raises Bug for what cannot happen."""
    try:
        return TABLE[state][trigger]
    except KeyError:
        raise Bug(f"Nothing follows when Solo is {state} and {trigger} happens.") from None


def edges() -> list[tuple[State, Trigger, State]]:
    """The table as a list of arrows, for a picture."""
    return [(state, trigger, to) for state, row in TABLE.items() for trigger, to in row.items()]
