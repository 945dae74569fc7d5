"""The request and the answer in the wire format of OpenAI's chat completions, which most engines speak.

Pure: plain data in, plain data out.  Format: the chat completions reference of OpenAI's API; what the
local engines add (min_p, top_k, repeat_penalty, grammar) is named as llama.cpp's server names it.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from app.events.llm import Chance, ChatMessage, Shape, ToolCall, ToolSpec
from app.llm.port import Generation

LOCAL_SAMPLING = ("top_k", "min_p", "repeat_penalty")
"""What only engines of this machine and their servers know; others refuse a request that has it."""


def messages(request: Generation) -> list[dict[str, Any]]:
    """The dialogue of a request."""
    return dialogue(request.messages)


def dialogue(messages: Iterable[ChatMessage]) -> list[dict[str, Any]]:
    """Messages as the format has them."""
    return [_message(message) for message in messages]


def options(request: Generation, *, local: bool) -> dict[str, Any]:
    """Everything else that was asked for, and nothing that was not. local: the engine knows more ways
    to sample than the format."""
    body: dict[str, Any] = {"max_tokens": request.max_tokens, "temperature": request.temperature}
    sampling = request.sampling.model_dump(exclude_none=True)
    body |= {name: value for name, value in sampling.items() if local or name not in LOCAL_SAMPLING}
    if request.seed is not None:
        body["seed"] = request.seed
    if request.stop:
        body["stop"] = list(request.stop)
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
        body["tool_choice"] = _choice(request.tool_choice)
    if request.shape is not None:
        body |= _shape(request.shape)
    if request.logprobs is not None:
        body |= {"logprobs": True, "top_logprobs": request.logprobs}
    return body


NEEDS: dict[str, str] = {
    "temperature": "temperature",
    "top_p": "temperature",
    "seed": "seed",
    "frequency_penalty": "penalties",
    "presence_penalty": "penalties",
}
"""Wishes that some models refuse, and the ability that takes them."""


def trimmed(body: Mapping[str, Any], can: Container[str]) -> dict[str, Any]:
    """Without the wishes that a model of these abilities refuses."""
    return {name: value for name, value in body.items() if name not in NEEDS or NEEDS[name] in can}


def _message(message: ChatMessage) -> dict[str, Any]:
    plain: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        plain["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        plain["tool_call_id"] = message.tool_call_id
    return plain


def _tool(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": json.loads(tool.parameters)}
    return {"type": "function", "function": function}


def _choice(choice: str) -> Any:
    if choice in {"auto", "none", "required"}:
        return choice
    return {"type": "function", "function": {"name": choice}}


def _shape(shape: Shape) -> dict[str, Any]:
    if shape.kind == "grammar":
        return {"grammar": shape.text}
    if shape.kind == "json":
        return {"response_format": {"type": "json_object"}}
    plain: Any = json.loads(shape.text)
    schema = {"name": "answer", "strict": _closed(plain), "schema": plain}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _closed(node: object) -> bool:
    """Does every object of a schema name all that it has? Only then may OpenAI's models be held to it
    strictly; others they follow as well as they can."""
    if isinstance(node, list):
        return all(map(_closed, cast("list[object]", node)))
    if not isinstance(node, dict):
        return True
    part = cast("dict[str, Any]", node)
    properties = part.get("properties")
    if isinstance(properties, dict) or part.get("type") == "object":
        names = set(cast("dict[str, Any]", properties or {}))
        if part.get("additionalProperties") is not False or set(part.get("required", ())) != names:
            return False
    return all(map(_closed, part.values()))


def chances(logprobs: Mapping[str, Any] | None) -> tuple[Chance, ...]:
    """Of a choice's `logprobs`."""
    return tuple(
        Chance(
            token=token["token"],
            logprob=token["logprob"],
            instead=tuple((other["token"], other["logprob"]) for other in token.get("top_logprobs") or ()),
        )
        for token in (logprobs or {}).get("content") or ()
    )


def text_of(content: object) -> str:
    """Of a delta's `content`; some send it in parts, of which thoughts are not for people."""
    if isinstance(content, str):
        return content
    parts: list[Any] = content if isinstance(content, list) else []
    return "".join(part.get("text") or "" for part in parts if isinstance(part, dict))


def why(reason: str) -> Literal["stop", "length", "tool_calls"]:
    """Why an answer ended, of a choice's `finish_reason`."""
    if reason in {"tool_calls", "function_call"}:
        return "tool_calls"
    return "length" if reason == "length" else "stop"


@dataclass(slots=True)
class Calls:
    """Puts together the calls of tools that a stream brings in pieces."""

    _parts: dict[int, dict[str, str]] = field(default_factory=dict[int, dict[str, str]])

    def feed(self, pieces: Iterable[Mapping[str, Any]] | None) -> None:
        """The `tool_calls` of one delta."""
        for place, piece in enumerate(pieces or ()):
            part = self._parts.setdefault(piece.get("index", place), {"id": "", "name": "", "arguments": ""})
            function = piece.get("function") or {}
            part["id"] = piece.get("id") or part["id"]
            part["name"] = function.get("name") or part["name"]
            arguments = function.get("arguments") or ""
            part["arguments"] += arguments if isinstance(arguments, str) else json.dumps(arguments)

    def all(self) -> tuple[ToolCall, ...]:
        """What was called, in order; a call that came without an id gets its place."""
        return tuple(
            ToolCall(id=part["id"] or f"call_{place}", name=part["name"], arguments=part["arguments"] or "{}")
            for place, part in sorted(self._parts.items())
            if part["name"]
        )
