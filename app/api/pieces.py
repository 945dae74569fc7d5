"""What is sent of an answer while it is made."""

from __future__ import annotations

from app.api.schemas import Schema


class AskDelta(Schema):
    """The next few characters (server-sent event `delta`)."""

    text: str


class AskStep(Schema):
    """A tool is called for the answer, or was (server-sent event `step`). ok: it did what was asked."""

    tool: str
    done: bool
    ok: bool
