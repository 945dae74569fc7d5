"""A person says something, Solo replies."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from app.events.base import Answer, Fact, Request

Channel: TypeAlias = Literal["voice", "shell", "api"]
Finish: TypeAlias = Literal["stop", "length", "cancelled"]


class UserSaidEvent(Request):
    """A person said this → ReplyDeltaEvents, then one ReplyEvent. `turn` must be set.

    dialogue: the conversation it continues; None continues the channel's latest one or starts one.
    recall: False answers without drawing on memory.
    provisional: an answer is wanted already, but the person may yet go on: until the
    TurnCommittedEvent of the same turn and revision nothing is written down or otherwise done that
    could not be taken back, and to leave the request is to take it back.
    """

    text: str
    channel: Channel
    dialogue: str | None = None
    language: str | None = None
    recall: bool = True
    provisional: bool = False


class ReplyDeltaEvent(Answer):
    """The next few characters of the reply."""

    text: str


class ReplyEvent(Answer):
    """The whole reply."""

    text: str
    dialogue: str
    finish: Finish
    model: str = ""
    first_token_ms: float = 0.0
    tokens_per_second: float = 0.0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


class TurnCommittedEvent(Fact):
    """What was said provisionally under this turn and revision was all, and counts."""

    urgent: ClassVar[bool] = True


class TurnStartedEvent(Fact):
    """Dialogue took up a turn, and what was said stands in the history."""

    channel: Channel
    dialogue: str


class TurnCancelledEvent(Fact):
    """A turn was called off; dialogue decides that, the bus carries it out."""

    urgent: ClassVar[bool] = True
    cancels_turn: ClassVar[bool] = True

    reason: str


class TurnEndedEvent(Fact):
    """A turn is stored in the history: memory, dashboard and ledger take it from here.

    The words are for the owner's eyes only; /status shows counts and times. skill: what was done
    without the language model, empty when it answered; nothing worth remembering.
    """

    channel: Channel
    dialogue: str
    user_text: str
    reply_text: str
    finish: Finish | Literal["failed"]
    model: str = ""
    completion_tokens: int = 0
    tokens_per_second: float = 0.0
    skill: str = ""


class ReadDialoguesEvent(Request):
    """The latest messages of the owner → one DialoguesEvent."""

    limit: int = 20


class StoredMessageEvent(Answer):
    """A row of the history. unheard: the rest of a reply that was interrupted, which was not said;
    finish: how it ended, empty when nothing is to be said about that."""

    id: str
    dialogue: str
    role: Literal["user", "assistant"]
    content: str
    channel: str
    created_at: str
    unheard: str = ""
    finish: str = ""


class DialoguesEvent(Answer):
    """Messages, oldest first."""

    messages: tuple[StoredMessageEvent, ...]
