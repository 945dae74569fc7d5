"""Tools in a dialogue with a model of this machine.

A template tells of tools at the beginning.  They change from turn to turn, and then everything behind them is
read again, which takes seconds where a person waits; before the last words they cost no more than
themselves.  What a tool said is told in words, too: shown a call and its result, a small model calls again
(docs/decisions/0043).  A rule file.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from app.events.llm import ChatMessage, ToolSpec
from app.kernel.errors import SoloError
from app.llm.prompts.header import PromptHeader
from app.llm.prompts.render import render

CALL_MARK: Final = "<tool_call>"
"""How calls begin in the answers of those templates whose calls are understood without them."""
_ALONE: Final = "Write a call alone, without words around it."
_RESULT: Final = "(You called {name}, and it says: {text})"
_FROM_THAT: Final = "\nAnswer me from that, in words."
_SYSTEM: Final = "Zqx."
_PROBE: Final = (ChatMessage(role="system", content=_SYSTEM), ChatMessage(role="user", content="Vkj."))


@lru_cache(maxsize=64)
def tool_words(header: PromptHeader, tools: tuple[ToolSpec, ...]) -> str | None:
    """What the model's template says of these tools; empty where it lets them be called in a way that is not
    understood without it, None where it knows no tools: such a model was never taught to call any."""
    try:
        plain = render(_PROBE, header).text
        told = render(_PROBE, header, tools=tools).text
    except SoloError:
        return ""
    if told == plain:
        return None
    begin, end = _common(plain, told), _common(plain[::-1], told[::-1])
    words = told[begin : max(begin, len(told) - end)].strip()
    return f"{words}\n{_ALONE}" if CALL_MARK in words else ""


def _common(one: str, other: str) -> int:
    """Length of the beginning that both have."""
    longest = min(len(one), len(other))
    return next((at for at in range(longest) if one[at] != other[at]), longest)


def with_words(messages: Sequence[ChatMessage], words: str) -> tuple[ChatMessage, ...]:
    """The same conversation; the person's last message begins with these words."""
    for at in range(len(messages) - 1, -1, -1):
        if messages[at].role == "user":
            said = messages[at].model_copy(update={"content": f"{words}\n\n{messages[at].content}"})
            return (*messages[:at], said, *messages[at + 1 :])
    return tuple(messages)


def results_in_words(messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
    """The same conversation without calls and results as such: what tools said stands behind the words of the
    person that they were called for."""
    told: list[ChatMessage] = []
    names: dict[str, str] = {}
    for message in messages:
        if message.tool_calls:
            names |= {call.id: call.name for call in message.tool_calls}
            told += [message.model_copy(update={"tool_calls": ()})] if message.content else []
        elif message.role == "tool":
            _behind(told, names.get(message.tool_call_id, "a function"), message.content)
        else:
            told.append(message)
    return tuple(told)


def _behind(told: list[ChatMessage], name: str, text: str) -> None:
    at = next((at for at in range(len(told) - 1, -1, -1) if told[at].role == "user"), None)
    if at is None:
        told.append(ChatMessage(role="user", content=_RESULT.format(name=name, text=text)))
        return
    words = told[at].content.removesuffix(_FROM_THAT)
    result = _RESULT.format(name=name, text=text)
    told[at] = told[at].model_copy(update={"content": f"{words}\n\n{result}{_FROM_THAT}"})
