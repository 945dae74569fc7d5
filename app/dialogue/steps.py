"""What the tools did in a turn: as it stands in the history, and as the model is shown it.

A rule file.  Steps are written once and shown again byte for byte, so the engine's KV prefix holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from app.events.llm import ChatMessage, ToolCall, ToolSpec
from app.events.tools import Effects, Tool, ToolResultEvent
from app.kernel.tokens import estimate_tokens


class Step(BaseModel):
    """One call and what came of it. round: calls of one answer of the model have the same; about: what the
    tool is for; text: its result as the model is given it; asked: it waits for the person's yes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    round: int
    call: ToolCall
    text: str
    ok: bool = True
    about: str = ""
    effects: Effects = "none"
    outside: bool = False
    asked: bool = False


_STEPS = TypeAdapter(tuple[Step, ...])


def written(steps: Sequence[Step]) -> str:
    """As they stand in a row of the history; empty for none."""
    return _STEPS.dump_json(tuple(steps)).decode() if steps else ""


def read(text: str) -> tuple[Step, ...]:
    """From a row of the history. What cannot be read was written by another Solo, and is left out."""
    if not text:
        return ()
    try:
        return _STEPS.validate_json(text)
    except ValidationError:
        return ()


def messages_of(steps: Iterable[Step]) -> list[ChatMessage]:
    """For the model: what it called, then each result."""
    messages: list[ChatMessage] = []
    for _, group in groupby(steps, key=lambda step: step.round):
        together = list(group)
        calls = tuple(step.call for step in together)
        messages.append(ChatMessage(role="assistant", tool_calls=calls))
        messages += [
            ChatMessage(role="tool", content=step.text, tool_call_id=step.call.id) for step in together
        ]
    return messages


def tokens_of(steps: Iterable[Step]) -> int:
    """About so many tokens they take."""
    return sum(estimate_tokens(f"{step.call.name}{step.call.arguments}{step.text}") + 16 for step in steps)


def spec_of(tool: Tool) -> ToolSpec:
    """As the model is told of it."""
    return ToolSpec(name=tool.name, description=tool.description, parameters=tool.parameters)


def numbered(call: ToolCall, number: int) -> ToolCall:
    """With an id that no other call of the dialogue has; nine letters and digits, which every provider
    takes."""
    return call.model_copy(update={"id": f"call{number:05d}"})


def was_called(steps: Iterable[Step], call: ToolCall) -> bool:
    """Was this done already? So it was where it went well with arguments of which none is another now."""
    return any(step.ok and step.call.name == call.name and _same(step.call, call) for step in steps)


def _same(one: ToolCall, other: ToolCall) -> bool:
    first, second = _arguments(one), _arguments(other)
    shared = first.keys() & second.keys()
    return first == second or (bool(shared) and all(first[name] == second[name] for name in shared))


def _arguments(call: ToolCall) -> dict[str, Any]:
    try:
        read = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return {"": call.arguments}
    return cast(dict[str, Any], read) if isinstance(read, dict) else {"": read}


def is_call(text: str) -> bool:
    """Is this piece of an answer, whole as engines keep it back, a call of something that was not offered?"""
    start = text.lstrip(" \n`").removeprefix("json").removeprefix("<tool_call>").lstrip()
    return start.startswith("{") and '"name"' in start and '"arguments"' in start


def step_of(number: int, call: ToolCall, tool: Tool | None, result: ToolResultEvent, room: int) -> Step:
    """What came of a call. room: characters that its text may have."""
    text = result.text if len(result.text) <= room else f"{result.text[:room]} … (cut)"
    return Step(
        round=number,
        call=call,
        text=text,
        ok=result.ok,
        about=tool.description[:200] if tool else "",
        effects=result.effects,
        outside=result.outside,
        asked=bool(result.question),
    )
