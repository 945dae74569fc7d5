"""Calls of tools that a model writes as text, where its template has no way of its own for them.

Small models answer `{"name": …, "arguments": …}`, in a code fence, in <tool_call> marks or bare, whatever
their template says.  Pure: fed while the answer streams, it holds back what may be a call, and lets go
what turns out to be text.  Only a tool that was offered is ever called.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, cast

from app.events.llm import ToolCall, ToolSpec

OPENINGS = ("<tool_call>", "```", "{", "[")
"""How an answer begins that is a call."""
MARK = "<tool_call>"
FENCE = "```"
LONGEST = 100_000
"""Characters of an answer that are looked at; more is text."""

_FENCE = re.compile(r"```\w*")
_PARTS = re.compile(r"<tool_call>(.*?)(?:</tool_call>|$)|```\w*\s*\n?(.*?)(?:```|$)", re.DOTALL)


class CallsInText:
    """Feed it pieces of text, tell the asker what it returns; `finish` has the rest and the calls."""

    def __init__(self, tools: Iterable[ToolSpec]) -> None:
        self._names = {tool.name for tool in tools}
        self._held = ""
        self._begun = False

    def feed(self, text: str) -> str:
        """What is certainly no call."""
        if not self._names:
            return text
        self._held += text
        if self._begun or self._is_text():
            self._begun = True
            return self._release()
        return ""

    def finish(self) -> tuple[str, tuple[ToolCall, ...]]:
        """What is text after all, and what was called."""
        held, self._held = self._held, ""
        calls = find_calls(held, self._names)
        return ("" if calls else held), calls

    def _is_text(self) -> bool:
        """The answer does not begin as a call does, and never will."""
        start = self._held.lstrip()
        if len(start) > LONGEST:
            return True
        return bool(start) and not any(
            start.startswith(opening) or opening.startswith(start) for opening in OPENINGS
        )

    def _release(self) -> str:
        """All but what may be a call in the middle of the text: behind its mark, or in a fence."""
        at = self._held.find(MARK)
        fence = self._fence_at()
        if at < 0 or -1 < fence < at:
            at = fence
        if at < 0:
            at = len(self._held) - max(_ending(self._held, MARK), _ending(self._held, FENCE))
        told, self._held = self._held[:at], self._held[at:]
        return told

    def _fence_at(self) -> int:
        """Where the first fence begins that is, or may be, a call; -1: nowhere."""
        for opened in _FENCE.finditer(self._held):
            inside = self._held[opened.end() :].lstrip()
            closed = FENCE in inside
            if not inside or (
                inside[0] in "{[" and (not closed or find_calls(inside.partition(FENCE)[0], self._names))
            ):
                return opened.start()
        return -1


def _ending(text: str, mark: str) -> int:
    """How many of the mark's first characters a text ends with."""
    sizes = range(min(len(mark) - 1, len(text)), 0, -1)
    return next((size for size in sizes if text.endswith(mark[:size])), 0)


def find_calls(text: str, names: set[str]) -> tuple[ToolCall, ...]:
    """The calls that an answer consists of, each once; none when it begins with anything else."""
    text = text.strip()
    parts = [a or b for a, b in _PARTS.findall(text)] or [text]
    found: list[ToolCall] = []
    for part in parts:
        for value in _values(part):
            call = call_of(value, names, len(found))
            if call is None:
                return ()
            if not any((old.name, old.arguments) == (call.name, call.arguments) for old in found):
                found.append(call)
    return tuple(found)


def _values(text: str) -> list[object]:
    """The JSON values that a text begins with, one after the other; of a list its elements."""
    values: list[object] = []
    decoder = json.JSONDecoder()
    at = 0
    while text := text[at:].lstrip(" \r\n\t,;"):
        text = text[1:] if text.startswith("{{") else text  # as some models' own templates have it
        try:
            value, at = decoder.raw_decode(text)
        except (ValueError, RecursionError):
            return values or [None]
        values += cast("list[object]", value) if isinstance(value, list) else [value]
    return values


def call_of(value: object, names: set[str], place: int) -> ToolCall | None:
    """The call that a JSON value is; None where it is none."""
    if not isinstance(value, dict):
        return None
    entry = cast("dict[str, Any]", value)
    inner = entry.get("function")
    entry = cast("dict[str, Any]", inner) if isinstance(inner, dict) else entry
    arguments = entry.get("arguments", entry.get("parameters", {}))
    if isinstance(arguments, str):
        arguments = _object(arguments)
    name = entry.get("name")
    if name not in names or not isinstance(arguments, dict):
        return None
    return ToolCall(id=f"call_{place}", name=str(name), arguments=json.dumps(arguments, ensure_ascii=False))


def _object(text: str) -> object:
    try:
        return json.loads(text or "{}")
    except (ValueError, RecursionError):
        return None


def forced_schema(tools: Iterable[ToolSpec], choice: str) -> dict[str, Any] | None:
    """The JSON schema of an answer that has to be a call; None where it may be text, too.

    A template's own rules let the model write as much as it likes before the call."""
    if choice in {"auto", "none"}:
        return None
    allowed = [tool for tool in tools if choice in {"required", tool.name}]
    if not allowed:
        return None
    return {
        "anyOf": [
            {
                "type": "object",
                "properties": {"name": {"const": tool.name}, "arguments": json.loads(tool.parameters)},
                "required": ["name", "arguments"],
                "additionalProperties": False,
            }
            for tool in allowed
        ]
    }
