"""How a model is asked in words for what its engine has no means of its own.  Pure.

The words stand behind what the person said last, and nothing before that is changed: what the engine has
read of the dialogue counts, and while tools are called in a turn they stay where they are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, cast

from app.events.llm import ChatMessage, Shape, ToolSpec
from app.llm.port import Generation
from app.llm.prompts.folding import Abilities, fold

ANY_JSON: Final = "Answer with one JSON object and nothing else."
BY_SCHEMA: Final = "Answer with JSON that meets this JSON schema, and with nothing else:"
BY_FORM: Final = "Answer with JSON of this form, and with nothing else:"
TOOLS: Final = "You can use these tools:"
HOW: Final = (
    'To use one, answer with nothing but <tool_call>{"name": "…", "arguments": {…}}</tool_call>, once for '
    "each use. Use none where you do not need it; then just answer."
)
MUST: Final = 'Use {which} now: answer with nothing but {{"name": "{name}", "arguments": {{…}}}}.'
NO_MORE: Final = "Answer now, in words; no more tools."
AGAIN: Final = "That cannot be used: {wrong} Write all of it again, right this time, and nothing else."
KEPT: Final = 4_000
"""Characters of an answer that the model is shown again."""
_NOTHING_NATIVE: Final = Abilities(tools=False, free=False)


def plain(messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
    """The dialogue for an engine without tools: calls and their results are words."""
    if not any(message.tool_calls or message.role == "tool" for message in messages):
        return tuple(messages)
    return tuple(fold(messages, _NOTHING_NATIVE))


def instructed(messages: Sequence[ChatMessage], words: Sequence[str]) -> tuple[ChatMessage, ...]:
    """With these words behind what the person said last."""
    said = [*messages]
    at = next((at for at in range(len(said) - 1, -1, -1) if said[at].role == "user"), None)
    if at is None:
        return (*said, ChatMessage(role="user", content="\n\n".join(words)))
    said[at] = said[at].model_copy(update={"content": "\n\n".join([said[at].content, *words])})
    return tuple(said)


def shape_words(shape: Shape) -> str:
    """What the answer must look like."""
    if shape.kind == "json":
        return ANY_JSON
    schema: dict[str, Any] = json.loads(shape.text)
    form = form_of(schema)
    return f"{BY_FORM}\n{form}" if form else f"{BY_SCHEMA}\n{compact(schema)}"


SAID_BY_A_FORM: Final = frozenset(
    {"type", "properties", "required", "additionalProperties", "items", "enum", "const", "title"}
)


def form_of(node: object) -> str:
    """The schema as an answer with gaps, which small models fill in where they repeat a schema; empty for
    one that says more than a form can."""
    if not isinstance(node, dict):
        return ""
    part = cast("dict[str, Any]", node)
    if not part.keys() <= SAID_BY_A_FORM:
        return ""
    if "const" in part or "enum" in part:
        values = [part["const"]] if "const" in part else cast("list[Any]", part["enum"])
        return " or ".join(json.dumps(value, ensure_ascii=False) for value in values)
    match part.get("type"):
        case "object":
            return _object_form(part)
        case "array":
            each = form_of(part.get("items"))
            return f"[{each}, …]" if each else ""
        case str() as name:
            return f"<{name}>"
        case _:
            return ""


def _object_form(part: dict[str, Any]) -> str:
    named: dict[str, Any] = part.get("properties") or {}
    forms = {name: form_of(one) for name, one in named.items()}
    free = isinstance(part.get("additionalProperties"), dict)
    if free or not forms or not all(forms.values()) or set(part.get("required", ())) != set(forms):
        return ""
    inner = (f"{json.dumps(name, ensure_ascii=False)}: {form}" for name, form in forms.items())
    return f"{{{', '.join(inner)}}}"


def tool_words(tools: Sequence[ToolSpec], choice: str) -> list[str]:
    """What may be called, and how."""
    lines = [TOOLS, *(_line(tool) for tool in tools)]
    if choice == "auto":
        return ["\n".join(lines), HOW]
    name = "…" if choice == "required" else choice
    which = "one of them" if choice == "required" else choice
    return ["\n".join(lines), MUST.format(which=which, name=name)]


def _line(tool: ToolSpec) -> str:
    told: dict[str, Any] = {"name": tool.name}
    if tool.description:
        told["description"] = tool.description
    return compact({**told, "parameters": json.loads(tool.parameters)})


def compact(value: object) -> str:
    """JSON as people write it in a line, without what tells a model nothing."""
    return json.dumps(_told(value), ensure_ascii=False)


def _told(value: object, *, names: bool = False) -> object:
    if isinstance(value, dict):
        part = cast("dict[str, object]", value)
        silent = () if names else ("title", "$schema", "$id", "$comment")
        return {
            name: _told(one, names=name in ("properties", "$defs") and not names)
            for name, one in part.items()
            if name not in silent
        }
    return [_told(one) for one in cast("list[object]", value)] if isinstance(value, list) else value


def asked_again(generation: Generation, answer: str, wrong: str) -> Generation:
    """The same, with what came and what is wrong with it."""
    tried = (
        ChatMessage(role="assistant", content=answer[:KEPT] or "…"),
        ChatMessage(role="user", content=AGAIN.format(wrong=wrong)),
    )
    return replace(generation, messages=(*generation.messages, *tried))
