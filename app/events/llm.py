"""The language model: text in, tokens out; texts in, vectors out."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from app.events.base import Answer, Fact, Request

Role: TypeAlias = Literal["generation", "analysis", "maintenance"]
ModelAction: TypeAlias = Literal["load", "unload", "reload"]
Account: TypeAlias = Literal["generation", "analysis", "maintenance", "embedding"]
"""What may be paid for: an answer for a role, or texts that were turned into vectors."""
Priority: TypeAlias = Literal["voice", "chat", "analysis", "maintenance"]


class ToolCall(BaseModel):
    """A function that the model wants called. arguments: JSON, as the model wrote it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    arguments: str = "{}"


class ToolSpec(BaseModel):
    """A function that the model may call. parameters: their JSON schema, as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str = ""
    parameters: str = '{"type": "object", "properties": {}}'


class ChatMessage(BaseModel):
    """One message of a prompt. tool_calls: what an assistant message asked for; tool_call_id: which call
    a tool message answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


class Sampling(BaseModel):
    """How the next token is chosen; None: as the model itself recommends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=0)] | None = None
    min_p: Annotated[float, Field(ge=0, le=1)] | None = None
    repeat_penalty: Annotated[float, Field(ge=0, le=10)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None


class Shape(BaseModel):
    """What the answer must look like: any JSON object; `text` is a JSON schema or a GBNF grammar."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["json", "schema", "grammar"] = "json"
    text: str = ""


class LLMRequestEvent(Request):
    """Continue these messages → LLMQueuedEvents while it waits, LLMTokenEvents, then one LLMResponseEvent.

    dialogue: requests of one dialogue share a KV prefix; None shares nothing.
    model: `provider:model` instead of what the role says; empty: the role's chain.
    max_tokens, temperature: None takes the role's setting. stop: texts that end the answer.
    tools: what may be called; tool_choice: auto, none, required, or the name of one.
    logprobs: how many alternatives of each token are wanted; None: none, nor its own.
    cached: whether an answer from the cache will do; None: as the settings say.
    deadline: seconds after which nobody wants the answer any more, whole or not → TimedOut.
    read_only: nothing is to be written; a local model only reads what it does not hold yet.
    """

    part: ClassVar[str] = "language model"

    messages: tuple[ChatMessage, ...]
    role: Role = "generation"
    priority: Priority = "chat"
    dialogue: str | None = None
    model: str = ""
    max_tokens: int | None = None
    temperature: float | None = None
    sampling: Sampling = Sampling()
    seed: int | None = None
    stop: tuple[str, ...] = ()
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str = "auto"
    shape: Shape | None = None
    logprobs: int | None = None
    cached: bool | None = None
    deadline: float | None = None
    read_only: bool = False


class ModelReadyEvent(Fact):
    """The model that answers people is loaded. context: tokens per dialogue."""

    model: str
    engine: str
    context: int


class Chance(BaseModel):
    """A token and its natural logarithm of probability; instead: the likeliest others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: str
    logprob: float
    instead: tuple[tuple[str, float], ...] = ()


class LLMQueuedEvent(Answer):
    """Others go first. position: how many."""

    position: int


class LLMUsedEvent(Fact):
    """An answer was written, or vectors were made. cached: nobody had to be asked; cost: US dollars."""

    role: Account
    provider: str
    model: str
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    cached: bool = False


class Usage(BaseModel):
    """What the answers of one day, role and model cost. day: as "2026-11-22", in UTC; cached_answers:
    given again without asking the model, among `answers`; cost: US dollars."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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


class ReadUsageEvent(Request):
    """What the asker's answers of the last days cost → one UsageEvent."""

    part: ClassVar[str] = "account"

    days: int = 30


class UsageEvent(Answer):
    """The newest day first, then what costs most."""

    usage: tuple[Usage, ...]


class LLMTokenEvent(Answer):
    """The next piece of text; usually a token, sometimes several."""

    text: str
    chances: tuple[Chance, ...] = ()


class LLMResponseEvent(Answer):
    """The finished answer and what it cost.

    provider, model: who answered; cached_tokens: prompt tokens that the KV cache held; queue_ms: until its
    turn came, 0 where nobody said; first_token_ms: from asking on, the queue among it; cost: in US dollars
    as the provider's list says, 0 where it costs nothing or that is not known; cached: nobody was asked;
    local: by a model of this machine.
    """

    text: str
    finish: Literal["stop", "length", "tool_calls"]
    model: str
    provider: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    queue_ms: float = 0.0
    first_token_ms: float = 0.0
    tokens_per_second: float = 0.0
    cost: float = 0.0
    cached: bool = False
    local: bool = False


class ModelOffer(BaseModel):
    """A model that a request may name as `provider:model`. local: runs on this machine; loaded: is in
    memory now; size: bytes of its weights; context, size: 0 where nobody says; price: US dollars for a
    million tokens read and written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    provider: str
    model: str
    local: bool = True
    loaded: bool = False
    context: int = 0
    size: int = 0
    tools: bool = False
    price: tuple[float, float] | None = None


class RoleChain(BaseModel):
    """Who answers for a role: `provider:model` in the order in which they are tried; chosen: it was
    switched live, the settings say something else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    targets: tuple[str, ...]
    chosen: bool = False


class ChainsEvent(Fact):
    """Who answers for each role from now on."""

    chains: tuple[RoleChain, ...]


class ListModelsEvent(Request):
    """What can be asked → one ModelsEvent."""


class ModelsEvent(Answer):
    """Every model that may be named, and who answers for each role now."""

    models: tuple[ModelOffer, ...]
    roles: tuple[RoleChain, ...]


class ChooseModelEvent(Request):
    """From now on this one answers for the role, `provider:model` or the model alone; empty: as the
    settings say → one ModelChosenEvent, once it is loaded. The one before it stays when that fails."""

    role: Role = "generation"
    model: str = ""


class ModelChosenEvent(Answer):
    """Who answers for the role now."""

    chain: RoleChain


class ManageModelEvent(Request):
    """Have a model in memory, out of it, or read anew from its file → one ModelManagedEvent. Answers that
    are being written are finished first. model: as in ChooseModelEvent; empty: the one that answers people.
    """

    action: ModelAction
    model: str = ""


class ModelManagedEvent(Answer):
    """It is done. model: `provider:model`; context: tokens per dialogue, 0 where it is not loaded now."""

    model: str
    engine: str = ""
    loaded: bool = False
    context: int = 0
    took_ms: float = 0.0


class CountTokensEvent(Request):
    """How many tokens each text has → one TokenCountEvent. model: for whom, `provider:model`; empty: for
    the model that answers people."""

    texts: tuple[str, ...]
    model: str = ""


class TokenCountEvent(Answer):
    """Token counts, in order; context: the window of the loaded model in tokens."""

    counts: tuple[int, ...]
    context: int


class EmbedEvent(Request):
    """Texts to be turned into vectors → one EmbeddedEvent. query: a question, not a passage."""

    part: ClassVar[str] = "embedding model"

    texts: tuple[str, ...]
    query: bool = False


class EmbeddedEvent(Answer):
    """Unit vectors, in order; model: which one made them (vectors of two models never compare)."""

    vectors: tuple[tuple[float, ...], ...]
    model: str
