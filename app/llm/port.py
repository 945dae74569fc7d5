"""What the LLM service needs from an engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from app.events.llm import ChatMessage, Priority


@dataclass(frozen=True, slots=True)
class LlmCapabilities:
    """What the loaded model and its engine can do. context: tokens per dialogue;
    concurrent: generations that really run side by side; local: runs in this process."""

    model: str
    context: int
    concurrent: int
    local: bool
    counts_tokens: bool


@dataclass(frozen=True, slots=True)
class Generation:
    """One request, with every default filled in. dialogue: whose KV prefix to reuse; priority: who
    goes first where not all can run side by side."""

    messages: tuple[ChatMessage, ...]
    max_tokens: int
    temperature: float
    dialogue: str | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    priority: Priority = "chat"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a generation. cached_tokens: prompt tokens that were not evaluated again."""

    finish: Literal["stop", "length"]
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


Step: TypeAlias = Piece | Finished


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
        """Pieces, then one Finished. Closing it stops the model before its next token.

        Raises BadInput (longer than the context), Unavailable, TimedOut, Interrupted.
        """
        ...

    async def count(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        """Tokens of each text. Raises Unsupported where the engine cannot tell."""
        ...

    async def close(self) -> None:
        """Give memory back; idempotent."""
        ...
