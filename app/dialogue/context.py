"""What the model is given: pure rules over the lines of a dialogue.

Everything that was sent once is sent again byte for byte, so that the engine's KV prefix holds;
only what was not heard of an interrupted reply is taken out. When the window is full its
beginning jumps forward far, so that it jumps seldom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Literal

from app.dialogue.steps import Step, messages_of
from app.events.llm import ChatMessage
from app.kernel.tokens import estimate_tokens

MESSAGE_TOKENS = 8
"""What a chat template may add around a message."""
KEPT = 0.5
"""The part of the budget that a trimmed window keeps."""
CUT = "—"
"""How a reply ends that broke off."""
_WHATEVER = 1 << 30
INTERRUPTED = "(I interrupted you there.)"


@dataclass(frozen=True, slots=True)
class Line:
    """A message of the history, as the table `messages` explains it."""

    id: str
    dialogue: str
    sequence: int
    role: Literal["user", "assistant"]
    content: str
    sent: str
    channel: str
    turn: str
    created_at: datetime
    unheard: str = ""
    finish: str = ""
    model: str = ""
    tokens: int = 0
    window_start: int = 1
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Remembered:
    """A recalled line, as it is stored."""

    text: str
    speaker: Literal["user", "assistant"] = "user"


@dataclass(frozen=True, slots=True)
class Prompt:
    """The messages to send, and the sequence of the first line of the history in them."""

    messages: tuple[ChatMessage, ...]
    start: int
    turns: tuple[str, ...] = field(default=())


def interrupted(lines: Sequence[Line]) -> bool:
    """Did the last reply break off before it was heard to its end?"""
    return bool(lines) and lines[-1].role == "assistant" and lines[-1].sent.endswith(CUT)


def compose(text: str, memories: Sequence[Remembered] = (), *, cut: bool = False, note: str = "") -> str:
    """The user message as it is sent: what is recalled, each line exactly as stored, then the words.

    cut: the reply before it was interrupted. note: something else to be heeded, or nothing.
    """
    parts: list[str] = []
    for speaker, title in (("user", "I told you before:"), ("assistant", "You told me before:")):
        lines = [f"- {memory.text}" for memory in memories if memory.speaker == speaker]
        if lines:
            parts.append("\n".join((title, *lines)))
    if cut:
        parts.append(INTERRUPTED)
    if note:
        parts.append(note)
    return "\n\n".join((*parts, text))


def broken_off(said: str) -> str:
    """A reply that broke off, as the model sees it later; empty when nothing was heard of it."""
    said = said.rstrip()
    return said + CUT if said else ""


def within(memories: Sequence[Remembered], budget: int) -> list[Remembered]:
    """The first memories that fit into `budget` tokens together, titles included."""
    kept: list[Remembered] = []
    left = budget - 2 * estimate_tokens("You told me before:")
    for memory in memories:
        left -= estimate_tokens(f"- {memory.text}\n")
        if left < 0:
            break
        kept.append(memory)
    return kept


def window(lines: Sequence[Line], start: int, budget: int) -> int:
    """Where the window must begin (a sequence, that of a user message) for it to fit `budget` tokens.

    It stays at `start` while that fits; else it leaves at most KEPT of the budget.
    """
    shown = [line for line in lines if line.sequence >= start]
    if _tokens(shown) <= budget:
        return start
    for line in shown:
        rest = [other for other in shown if other.sequence >= line.sequence]
        if line.role == "user" and line.sequence > start and _tokens(rest) <= budget * KEPT:
            return line.sequence
    return shown[-1].sequence + 1


def _tokens(lines: Sequence[Line]) -> int:
    return sum(line.tokens + MESSAGE_TOKENS for line in _shown(lines))


def _shown(lines: Sequence[Line]) -> list[Line]:
    """Without user messages that failed before anything was answered, and without silent replies."""
    gone = {
        line.sequence
        for line, after in pairwise([*lines, None])
        if line is not None
        and line.finish == "failed"
        and line.role == "user"
        and (after is None or after.role == "user")
    }
    return [line for line in lines if line.sequence not in gone and (line.sent or line.steps)]


def window_start(lines: Sequence[Line]) -> int:
    """Where the window onto the dialogue began at its last turn."""
    return next((line.window_start for line in reversed(lines) if line.role == "user"), 1)


def opening(system: str, lines: Sequence[Line]) -> tuple[ChatMessage, ...]:
    """How every prompt begins that continues these lines: up to where the person's words begin.
    Empty when nothing of it is new to the model."""
    heard = list(lines)
    while heard and heard[-1].role == "user":
        heard.pop()
    if not heard:
        return ()  # without history there is only the system prompt, read at the start
    return prompt(system, heard, "", start=window_start(heard), budget=_WHATEVER).messages


def prompt(system: str, lines: Sequence[Line], said: str, *, start: int, budget: int) -> Prompt:
    """The messages for a turn. lines: the history from `start` on; said: the composed new message.

    Neighbours of one role (a reply that was never heard lies between) become one message, since
    many chat templates know nothing else.
    """
    start = window(lines, start, budget)
    shown = _shown([line for line in lines if line.sequence >= start])
    new = ChatMessage(role="user", content=said)
    messages = [ChatMessage(role="system", content=system)] if system else []
    for message in (*(message for line in shown for message in _messages(line)), new):
        if messages and message.content and messages[-1].role == message.role != "tool":
            joined = f"{messages.pop().content}\n\n{message.content}"
            messages.append(ChatMessage(role=message.role, content=joined))
        else:
            messages.append(message)
    return Prompt(tuple(messages), start, tuple({line.turn: None for line in shown}))


def _messages(line: Line) -> list[ChatMessage]:
    """Of a reply first what was called for it, and what came of that."""
    said = [ChatMessage(role=line.role, content=line.sent)] if line.sent else []
    return [*messages_of(line.steps), *said]
