"""The shapes of models, generation and chat over HTTP and WebSocket; imports pydantic and schemas only."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.schemas import AskReply, ErrorBody, Schema


class ModelLine(Schema):
    """A model that may be named. name: `provider:model`; context: tokens; size: bytes of its weights; both
    0 where nobody says; price: US dollars for a million tokens read and written."""

    name: str
    provider: str
    model: str
    local: bool
    loaded: bool
    context: int
    size: int = 0
    tools: bool
    price: tuple[float, float] | None = None


class RoleLine(Schema):
    """Who answers for a role, in the order in which they are tried; chosen: not as the settings say."""

    role: str
    targets: tuple[str, ...]
    chosen: bool = False


class ModelsReply(Schema):
    """What can be asked, and who is."""

    models: tuple[ModelLine, ...]
    roles: tuple[RoleLine, ...]


class ChooseBody(Schema):
    """This model answers for the role from now on; empty: as the settings say."""

    role: Literal["generation", "analysis", "maintenance"] = "generation"
    model: str = Field("", max_length=300)


class ManageBody(Schema):
    """The model that is meant; empty: the one that answers people."""

    model: str = Field("", max_length=300)


class ManagedReply(Schema):
    """Whether the model is in memory now. context: tokens per dialogue; took_ms: until it was."""

    model: str
    engine: str = ""
    loaded: bool
    context: int = 0
    took_ms: float = 0.0


class UsageLine(Schema):
    """What the answers of one day, role and model cost. day: as "2026-11-22", in UTC; cached_answers:
    given again without asking the model, among `answers`; cost: US dollars, by the provider's list."""

    day: str
    role: str
    provider: str
    model: str
    answers: int
    cached_answers: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    cost: float


class UsageReply(Schema):
    """The newest day first, then what costs most."""

    usage: tuple[UsageLine, ...]


class MessageBody(Schema):
    """A message."""

    role: Literal["system", "user", "assistant"]
    content: str


class GenerateBody(Schema):
    """Text to be gone on with by a model alone, without history, memory and skills: a prompt, or
    messages. model: `provider:model`, empty: the role's own; answer_schema: a JSON schema that the answer
    must meet; cached: whether an answer from the cache will do (as the settings say)."""

    prompt: str | None = Field(None, min_length=1)
    messages: tuple[MessageBody, ...] = Field((), max_length=4096)
    model: str = Field("", max_length=300)
    role: Literal["generation", "analysis", "maintenance"] = "generation"
    dialogue: str | None = Field(None, min_length=1, max_length=64)
    max_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    top_k: int | None = Field(None, ge=0)
    min_p: float | None = Field(None, ge=0, le=1)
    repeat_penalty: float | None = Field(None, ge=0, le=10)
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    seed: int | None = None
    stop: tuple[str, ...] = Field((), max_length=16)
    answer_schema: dict[str, Any] | None = None
    cached: bool | None = None
    stream: bool = False


class GenerateReply(Schema):
    """The whole answer. finish: stop, length or tool_calls; queue_ms: until its turn came; first_token_ms:
    from asking on; cost: US dollars; cached: nobody was asked."""

    text: str
    finish: str
    model: str
    provider: str = ""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    queue_ms: float = 0.0
    first_token_ms: float = 0.0
    tokens_per_second: float = 0.0
    cost: float = 0.0
    cached: bool = False


class QueuedLine(Schema):
    """Others go first; so many."""

    position: int


# -- the WebSocket ---------------------------------------------------------------------------------


class Order(BaseModel):
    """A message of a client. type: ask (what Solo is to answer, see AskBody), generate (what a model is,
    see GenerateBody), cancel; id: the client's own name for the work."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: Literal["ask", "generate", "cancel"]
    id: str = Field(min_length=1, max_length=64)


class Delta(Schema):
    """The next few characters."""

    type: Literal["delta"] = "delta"
    id: str
    text: str


class Step(Schema):
    """A tool is called for the answer, or was. ok: it did what it was asked for; asks: it waits for the
    person's yes."""

    type: Literal["step"] = "step"
    id: str
    tool: str
    done: bool
    ok: bool
    asks: bool = False


class Queued(Schema):
    """Others go first; so many."""

    type: Literal["queued"] = "queued"
    id: str
    position: int


class Finished(Schema):
    """The whole answer."""

    type: Literal["done"] = "done"
    id: str
    reply: AskReply | GenerateReply


class Failed(Schema):
    """What went wrong; nothing more comes for this id."""

    type: Literal["error"] = "error"
    id: str
    error: ErrorBody
