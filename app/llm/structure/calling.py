"""Calls of tools as a model wrote them: found in its words, mended, and made to fit the tool where that
loses nothing.  Pure; may take milliseconds: call it in a thread.

What cannot be mended stays as it is: whoever runs the tool answers with a sentence, from which a model can
learn.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

from app.events.llm import ChatMessage, ToolCall, ToolSpec
from app.kernel.errors import BadInput
from app.llm.calls import MARK, call_of, find_calls
from app.llm.structure.fitting import fitted
from app.llm.structure.repair import candidates
from app.llm.structure.schema import Schema, schema_of
from app.llm.structure.validate import breach, value_of

ANYTHING: Final = '{"type": "object"}'


def usable(tool: ToolSpec) -> ToolSpec:
    """The tool as models may be told of it: what nobody can check or keep to is left out of its schema, and
    its arguments are looked at where it runs. Raises TooLarge, and BadInput for what is no schema at all."""
    try:
        schema_of(tool.parameters)
    except BadInput:
        value = _object(tool.parameters)
        if value is None:
            raise BadInput(f"The parameters of the tool {tool.name} are no JSON schema.") from None
        return tool.model_copy(update={"parameters": ANYTHING})
    return tool


def calls_in(text: str, tools: Iterable[ToolSpec]) -> tuple[str, tuple[ToolCall, ...]]:
    """What a text says before it calls, and what it calls."""
    names = {tool.name for tool in tools}
    before, mark, rest = text.partition(MARK)
    if not mark:
        before, rest = "", text
    found = find_calls(mark + rest, names) or _mended(rest, names)
    return (before, found) if found else (text, ())


def _mended(text: str, names: set[str]) -> tuple[ToolCall, ...]:
    found: list[ToolCall] = []
    for value in candidates(text):
        for one in value if isinstance(value, list) else [value]:
            call = call_of(one, names, len(found))
            known = call and any(old.name == call.name and old.arguments == call.arguments for old in found)
            if call is not None and not known:
                found.append(call)
    return tuple(found)


def seems_a_call(text: str) -> bool:
    """Did the model mean to call something?"""
    if MARK in text:
        return True
    start = text.lstrip("`\n\r\t ").removeprefix("json").lstrip()
    return (
        start.startswith(("{", "[")) and '"name"' in start and ("arguments" in start or "parameters" in start)
    )


def fitting(calls: Sequence[ToolCall], tools: Iterable[ToolSpec]) -> tuple[ToolCall, ...]:
    """The calls with their arguments as the tools want them, where that loses nothing."""
    schemas = {tool.name: tool.parameters for tool in tools}
    return tuple(
        call.model_copy(update={"arguments": _arguments(call.arguments, schema_of(schemas[call.name]))})
        if call.name in schemas
        else call
        for call in calls
    )


def _arguments(written: str, schema: Schema) -> str:
    value = _object(written)
    if value is not None and not breach(value, schema):
        return written
    if value is None:
        mended = (found for found in candidates(written) if isinstance(found, dict))
        value = next(mended, None)
        if value is None:
            return written
    better = fitted(value, schema.plain, schema.plain)
    return json.dumps(value if breach(better, schema) else better, ensure_ascii=False)


def _object(text: str) -> object | None:
    try:
        found = value_of(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def sound(messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
    """The dialogue with arguments that are JSON objects, as every template and provider wants them."""
    return tuple(
        message.model_copy(update={"tool_calls": tuple(map(_sound, message.tool_calls))})
        if message.tool_calls and any(_object(call.arguments) is None for call in message.tool_calls)
        else message
        for message in messages
    )


def _sound(call: ToolCall) -> ToolCall:
    if _object(call.arguments) is not None:
        return call
    return call.model_copy(update={"arguments": json.dumps({"text": call.arguments}, ensure_ascii=False)})


def distinct(calls: Sequence[ToolCall], messages: Iterable[ChatMessage]) -> tuple[ToolCall, ...]:
    """The calls under ids that the dialogue does not have yet."""
    taken = {call.id for message in messages for call in message.tool_calls}
    found: list[ToolCall] = []
    for call in calls:
        number, name = len(taken), call.id
        while not name or name in taken:
            name, number = f"call_{number}", number + 1
        taken.add(name)
        found.append(call if name == call.id else call.model_copy(update={"id": name}))
    return tuple(found)
