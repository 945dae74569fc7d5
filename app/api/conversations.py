"""The shapes of dialogues as wholes over HTTP: listed, searched, named, deleted."""

from __future__ import annotations

from pydantic import Field

from app.api.schemas import Schema


class SessionLine(Schema):
    """A dialogue. name: what its owner calls it, or empty; begins: how its first message begins; at: of
    its last message, ISO 8601, UTC."""

    dialogue: str
    name: str = ""
    begins: str
    messages: int
    channel: str
    at: str


class SessionsReply(Schema):
    """Dialogues, the latest first."""

    dialogues: tuple[SessionLine, ...]


class WordsBody(Schema):
    """Messages that hold all of these words, and how many to give at most."""

    words: str = Field(min_length=1, max_length=1000)
    limit: int = Field(20, ge=1, le=500)


class NameBody(Schema):
    """What to call it; empty: no longer anything."""

    name: str = Field(max_length=400)


class NameReply(Schema):
    """So it is called now."""

    dialogue: str
    name: str


class DeleteReply(Schema):
    """What is gone: messages, and lines that were remembered of them."""

    messages: int
    memories: int
