"""A person says something, Solo replies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from app.events.base import Answer, Fact, Request
from app.events.llm import Role, Sampling

Channel: TypeAlias = Literal["voice", "shell", "api"]
Finish: TypeAlias = Literal["stop", "length", "cancelled"]


class AnswerOptions(BaseModel):
    """How one person wants this answered; what is not given is as the settings say.

    model: `provider:model` instead of the role's; system: what the model is told about itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role = "generation"
    model: str = ""
    system: str | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    seed: int | None = None
    sampling: Sampling = Sampling()

    @classmethod
    def flat(cls, given: Mapping[str, Any]) -> AnswerOptions:
        """From one row of names and values, those of the sampling among them."""
        sampling = {name: value for name, value in given.items() if name in Sampling.model_fields}
        rest = {name: value for name, value in given.items() if name not in sampling}
        return cls(**rest, sampling=Sampling(**sampling))


class UserSaidEvent(Request):
    """A person said this → ReplyDeltaEvents and ReplyStepEvents, then one ReplyEvent. `turn` must be set.

    dialogue: the conversation it continues; None continues the channel's latest one or starts one.
    recall: False answers without drawing on memory.
    provisional: an answer is wanted already, but the person may yet go on: until the
    TurnCommittedEvent of the same turn and revision nothing is written down or otherwise done that
    could not be taken back, and to leave the request is to take it back.
    options: how it is to be answered, for this turn alone.
    """

    part: ClassVar[str] = "dialogue"

    text: str
    channel: Channel
    dialogue: str | None = None
    language: str | None = None
    recall: bool = True
    provisional: bool = False
    options: AnswerOptions = AnswerOptions()


class ReplyDeltaEvent(Answer):
    """The next few characters of the reply."""

    text: str


class ReplyWrittenEvent(Answer):
    """By voice: that was the last of the ReplyDeltaEvents. The ReplyEvent may yet have to wait until the turn
    is committed and written down; the voice need not."""


class ReplyStepEvent(Answer):
    """A tool is called for the reply (`done` is False), or was. ok: it did what it was asked for; asks: it
    waits for the person's yes."""

    tool: str
    done: bool = False
    ok: bool = True
    asks: bool = False


class ReplyEvent(Answer):
    """The whole reply. provider, model: who answered; queue_ms: until the model's turn came; cost: in US
    dollars, 0 where it costs nothing or that is not known."""

    text: str
    dialogue: str
    finish: Finish
    model: str = ""
    provider: str = ""
    queue_ms: float = 0.0
    first_token_ms: float = 0.0
    tokens_per_second: float = 0.0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0


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
    """The latest messages of the owner → one DialoguesEvent.

    dialogue: of this one alone; words: of those that hold all of these, whatever their case.
    """

    limit: int = 20
    dialogue: str | None = None
    words: str = ""


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


class DialogueLine(BaseModel):
    """A dialogue in a list. name: what its owner calls it, or empty; begins: how its first message
    begins; at: of its last message, ISO 8601, UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dialogue: str
    name: str = ""
    begins: str
    messages: int
    channel: str
    at: str


class ListDialoguesEvent(Request):
    """The dialogues of the owner in which something was said last → one DialogueListEvent."""

    limit: int = 20


class DialogueListEvent(Answer):
    """Dialogues, the latest first."""

    dialogues: tuple[DialogueLine, ...]


class NameDialogueEvent(Request):
    """Call a dialogue of the owner so, which no other one of theirs is called; empty: no longer anything
    → one DialogueNamedEvent."""

    dialogue: str
    name: str


class DialogueNamedEvent(Answer):
    """So it is called now."""

    dialogue: str
    name: str


class DeleteDialogueEvent(Request):
    """Take a dialogue of the owner away for good, with what memory has of it → one DialogueDeletedEvent."""

    dialogue: str


class DialogueDeletedEvent(Answer):
    """It is gone. messages: how many there were; memories: how many lines were remembered of it."""

    dialogue: str
    messages: int
    memories: int = 0
