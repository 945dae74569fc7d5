"""What the LLM service needs from an engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from app.events.llm import Chance, ChatMessage, Priority, Sampling, Shape, ToolCall, ToolSpec
from app.kernel.errors import TimedOut


class TooLate(TimedOut):
    """The asker's own time was up; by itself that says nothing against the model."""


@dataclass(frozen=True, slots=True)
class LlmCapabilities:
    """What the loaded model and its engine can do. context: tokens per dialogue;
    concurrent: generations that really run side by side; local: runs in this process; tools, json,
    schema, grammar, logprobs: natively, without asking the model for it in words; who knows schema knows
    json; marked: its template has signs for who speaks, so it does not write that in words."""

    model: str
    context: int
    concurrent: int
    local: bool
    counts_tokens: bool
    tools: bool = False
    schema: bool = False
    grammar: bool = False
    logprobs: bool = False
    json: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Generation:
    """One request, with every default filled in. dialogue: whose KV prefix to reuse; priority, owner: who
    goes first where not all can run side by side; deadline: seconds after which nobody wants it."""

    messages: tuple[ChatMessage, ...]
    max_tokens: int
    temperature: float
    dialogue: str | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    priority: Priority = "chat"
    sampling: Sampling = field(default_factory=Sampling)
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str = "auto"
    shape: Shape | None = None
    logprobs: int | None = None
    owner: str = "local"
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """It waits; so many go first."""

    position: int


@dataclass(frozen=True, slots=True)
class Begun:
    """Its turn has come: from now on the model works on it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text as it is written."""

    text: str
    chances: tuple[Chance, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a generation. cached_tokens: prompt tokens that were not evaluated again; kept_tokens:
    those that the provider was paid to hold for the next time."""

    finish: Literal["stop", "length", "tool_calls"]
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    calls: tuple[ToolCall, ...] = ()
    kept_tokens: int = 0


Step: TypeAlias = Queued | Begun | Piece | Finished


class LanguageModel(Protocol):
    """Continues dialogues with the model's own chat template.

    Safe to use from several tasks at once; what the engine cannot run side by side it queues.
    """

    name: str
    """The engine's, as in the settings."""

    @property
    def capabilities(self) -> LlmCapabilities:
        """Known once loaded."""
        ...

    async def load(self) -> None:
        """Load and warm up. Raises NotFound, BrokenFile, MissingExtra, Unavailable."""
        ...

    def generate(self, request: Generation) -> AsyncGenerator[Step, None]:
        """Queued when and as often as its place in line changes, Begun where there is a line, pieces, then
        one Finished. Closing it stops the model before its next token.

        Raises BadInput (longer than the context), Unsupported (what its capabilities lack), Forbidden
        (the key), RateLimited, Unavailable, TimedOut, TooLate (the request's deadline), Interrupted.
        """
        ...

    async def count(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        """Tokens of each text. Raises Unsupported where the engine cannot tell."""
        ...

    async def close(self) -> None:
        """Give memory back; idempotent."""
        ...
