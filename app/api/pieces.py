"""What is sent of an answer while it is made."""

from __future__ import annotations

from app.api.schemas import Schema
from app.events.dialogue import ReplyStepEvent


class AskDelta(Schema):
    """The next few characters (server-sent event `delta`)."""

    text: str


class AskStep(Schema):
    """A tool is called for the answer, or was (server-sent event `step`). ok: it did what was asked; asks:
    it waits for the person's yes."""

    tool: str
    done: bool
    ok: bool
    asks: bool = False


def step(answer: ReplyStepEvent) -> AskStep:
    """As it came on the bus."""
    return AskStep(tool=answer.tool, done=answer.done, ok=answer.ok, asks=answer.asks)
