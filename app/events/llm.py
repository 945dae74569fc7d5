"""The language model: text in, tokens out; texts in, vectors out."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from app.events.base import Answer, Fact, Request

Role: TypeAlias = Literal["generation", "analysis", "maintenance"]
Priority: TypeAlias = Literal["voice", "chat", "analysis", "maintenance"]


class ChatMessage(BaseModel):
    """One message of a prompt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant"]
    content: str


class LLMRequestEvent(Request):
    """Continue these messages → LLMTokenEvents, then one LLMResponseEvent.

    dialogue: requests of one dialogue share a KV prefix; None shares nothing.
    max_tokens, temperature: None takes the role's setting. stop: texts that end the answer.
    read_only: nothing is to be written; a local model only reads what it does not hold yet.
    """

    messages: tuple[ChatMessage, ...]
    role: Role = "generation"
    priority: Priority = "chat"
    dialogue: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    read_only: bool = False


class ModelReadyEvent(Fact):
    """The model that answers people is loaded. context: tokens per dialogue."""

    model: str
    engine: str
    context: int


class LLMTokenEvent(Answer):
    """The next piece of text; usually a token, sometimes several."""

    text: str


class LLMResponseEvent(Answer):
    """The finished answer and what it cost. cached_tokens: prompt tokens that the KV cache held."""

    text: str
    finish: Literal["stop", "length"]
    model: str
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    first_token_ms: float = 0.0
    tokens_per_second: float = 0.0


class CountTokensEvent(Request):
    """How many tokens each text has for the generation model → one TokenCountEvent."""

    texts: tuple[str, ...]


class TokenCountEvent(Answer):
    """Token counts, in order; context: the window of the loaded model in tokens."""

    counts: tuple[int, ...]
    context: int


class EmbedEvent(Request):
    """Texts to be turned into vectors → one EmbeddedEvent. query: a question, not a passage."""

    texts: tuple[str, ...]
    query: bool = False


class EmbeddedEvent(Answer):
    """Unit vectors, in order; model: which one made them (vectors of two models never compare)."""

    vectors: tuple[tuple[float, ...], ...]
    model: str
