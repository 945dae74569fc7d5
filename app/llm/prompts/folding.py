"""Makes a conversation fit a template: roles that it lacks go into others, neighbours of one role become
one where it insists on turns.  A rule file.

What need not be changed stays as it is, byte for byte, and what is added behind a conversation changes
nothing before it: the engine's KV prefix holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from app.events.llm import ChatMessage

NOTHING_SAID: Final = "…"
"""What the person is taken to have said where a template wants them to begin."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a template can render. system: a message that says who the model is, at the beginning;
    late_system: one further on; tools: a list of them, with calls and results in the conversation;
    free: messages of one role may follow each other; objects: arguments of calls as objects, not as
    texts; parts: contents as lists of parts."""

    system: bool = True
    late_system: bool = True
    tools: bool = False
    free: bool = True
    objects: bool = True
    parts: bool = False


def fold(messages: Sequence[ChatMessage], able: Abilities) -> list[ChatMessage]:
    """The same conversation in the roles that the template has."""
    lead, rest = _split(messages)
    told = "\n\n".join(message.content for message in lead if message.content)
    folded = _in_turn([*_spoken(rest, able)], able)
    if not told:
        return folded
    if able.system:
        return [ChatMessage(role="system", content=told), *folded]
    if folded and folded[0].role == "user":
        return [_with(folded[0], f"{told}\n\n{folded[0].content}".rstrip()), *folded[1:]]
    return [ChatMessage(role="user", content=told), *folded]


def _split(messages: Sequence[ChatMessage]) -> tuple[list[ChatMessage], list[ChatMessage]]:
    """What the model is told at the beginning, and the conversation."""
    for at, message in enumerate(messages):
        if message.role != "system":
            return list(messages[:at]), list(messages[at:])
    return list(messages), []


def _spoken(messages: Sequence[ChatMessage], able: Abilities) -> list[ChatMessage]:
    """Each message in a role that there is."""
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    spoken: list[ChatMessage] = []
    for message in messages:
        if message.role == "system" and not able.late_system:
            spoken.append(ChatMessage(role="user", content=message.content))
        elif message.role == "tool" and not able.tools:
            name = names.get(message.tool_call_id, "")
            words = f"(Result of {name})" if name else "(Result)"
            spoken.append(ChatMessage(role="user", content=f"{words}\n{message.content}"))
        elif message.tool_calls and not able.tools:
            calls = (
                f'{{"name": "{call.name}", "arguments": {call.arguments}}}' for call in message.tool_calls
            )
            content = "\n".join([*([message.content] if message.content else []), *calls])
            spoken.append(ChatMessage(role="assistant", content=content))
        else:
            spoken.append(message)
    return spoken


def _in_turn(messages: list[ChatMessage], able: Abilities) -> list[ChatMessage]:
    """User, assistant, user …, where the template insists on it."""
    if able.free:
        return messages
    turns: list[ChatMessage] = []
    if messages and _side(messages[0]) == "assistant":
        turns.append(ChatMessage(role="user", content=NOTHING_SAID))
    for message in messages:
        if turns and turns[-1].role == message.role and message.role != "tool":
            turns[-1] = _joined(turns[-1], message)
        else:
            turns.append(message)
    return turns


def _side(message: ChatMessage) -> Literal["user", "assistant"]:
    return "assistant" if message.role == "assistant" else "user"


def _joined(first: ChatMessage, second: ChatMessage) -> ChatMessage:
    content = "\n\n".join(text for text in (first.content, second.content) if text)
    return ChatMessage(role=first.role, content=content, tool_calls=(*first.tool_calls, *second.tool_calls))


def _with(message: ChatMessage, content: str) -> ChatMessage:
    return message.model_copy(update={"content": content})
