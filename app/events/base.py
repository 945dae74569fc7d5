"""What every event is: a frozen, serialisable pydantic model whose name ends in `Event`.

Three kinds travel on the bus:

* a `Fact` happened; it is broadcast to whoever subscribes and may see its `owner`;
* a `Request` is work wanted from the one service that owns its type;
* an `Answer` is one piece of what comes back for a request.

Events know no clock: the bus wraps each in an envelope with sequence number and monotonic time.
"""

from __future__ import annotations

from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict

LOCAL_OWNER: Final = "local"
"""The one person there is before there are accounts (its row is made by the first migration)."""


class Event(BaseModel):
    """Something on the bus.

    owner: whose it is; `turn`: the turn it belongs to, if any; `revision`: counts how often that
    turn was taken back and resumed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    urgent: ClassVar[bool] = False
    """Urgent events overtake everything that waits in a queue."""
    droppable: ClassVar[bool] = False
    """Of a droppable kind the oldest is dropped, and counted, when a queue is full."""
    cancels_turn: ClassVar[bool] = False
    """Publishing it cancels every request of its turn, running or waiting, and refuses later ones."""

    owner: str = LOCAL_OWNER
    turn: str | None = None
    revision: int = 0


class Fact(Event):
    """Something that happened."""


class Request(Event):
    """Work wanted; one service owns each type."""

    part: ClassVar[str] = ""
    """Who does it, as people call that part of Solo; for the sentence that it is away."""


class Answer(Event):
    """One piece of the answer to a request."""
