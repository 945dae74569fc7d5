"""What Solo remembers."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from app.events.base import Answer, Request


class Memory(BaseModel):
    """A remembered line. score: how well it fits, higher is better; created_at: ISO 8601, UTC;
    speaker: the person, or Solo (assistant)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    created_at: str
    score: float = 0.0
    speaker: Literal["user", "assistant"] = "user"


class RecallEvent(Request):
    """What is known that bears on this? → one RecalledEvent.

    budget_tokens: the memories together may take this much of a prompt; budget_ms: what has not
    been found by then is left out. exclude_turns: turns whose words are in the prompt anyway.
    loose: a person searches: repetitions, questions and faint matches are shown too.
    """

    part: ClassVar[str] = "memory"

    query: str
    budget_tokens: int | None = None
    budget_ms: float | None = None
    limit: int = 12
    exclude_turns: tuple[str, ...] = ()
    loose: bool = False


class RecalledEvent(Answer):
    """The memories that fit, best first."""

    memories: tuple[Memory, ...]
    took_ms: float = 0.0
    index: str = ""


class ForgetEvent(Request):
    """Forget these memories for good (rows, text index and vectors) → one ForgottenEvent.

    dialogue: and all that was said in this one, also what is remembered of it only later.
    """

    part: ClassVar[str] = "memory"

    ids: tuple[str, ...] = ()
    dialogue: str = ""


class ForgottenEvent(Answer):
    """How many were there and are gone."""

    count: int
