"""Mistral's chat completions, as its reference and the types of its library describe them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.wire.brain import Ask, Said
from tests.wire.server import MODEL, Asked, Reply

KINDS = {
    "too_long": (400, "invalid_request_prompt", "3051"),
    "forbidden": (403, "forbidden", "1000"),
    "no_credit": (402, "billing_error", "1100"),
    "no_model": (404, "invalid_model", "1500"),
    "too_many": (429, "rate_limited", "1300"),
    "broken": (500, "internal_server_error", "1000"),
    "overloaded": (503, "service_unavailable", "3000"),
}
KNOWN = {
    *("model", "messages", "stream", "max_tokens", "temperature", "top_p", "stop", "random_seed"),
    *("response_format", "tools", "tool_choice", "presence_penalty", "frequency_penalty"),
}
"""Fields that a request may have; it refuses those that it does not know."""


class MistralWire:
    engine = "mistral"
    prefix = "/v1"

    def key(self, asked: Asked) -> str:
        return asked.headers.get("authorization", "").removeprefix("Bearer ")

    def look(self, asked: Asked) -> Any | None:
        card = {
            "id": MODEL,
            "object": "model",
            "created": 1,
            "owned_by": "mistralai",
            "capabilities": {"completion_chat": True, "function_calling": True},
            "max_context_length": 2048,
            "type": "base",
        }
        if asked.path.startswith("/v1/models/"):
            return card if asked.path.endswith(f"/{MODEL}") else self.failure("no_model", "Invalid model")
        if asked.path.startswith("/v1/models"):
            return {"object": "list", "data": [card]}
        return None

    def ask(self, asked: Asked) -> Ask:
        body = asked.body
        assert asked.path.partition("#")[0] == "/v1/chat/completions"
        unknown = set(body) - KNOWN
        assert not unknown, unknown
        for message in body["messages"]:
            ids = [call["id"] for call in message.get("tool_calls") or ()]
            ids += [message["tool_call_id"]] if message["role"] == "tool" else []
            assert all(re.fullmatch("[A-Za-z0-9]{9}", id_) for id_ in ids), ids
        choice = body.get("tool_choice", "auto")
        return Ask(
            prompt="\n".join(f"{m['role']}: {m.get('content') or ''}" for m in body["messages"]),
            last=body["messages"][-1].get("content") or "",
            max_tokens=body["max_tokens"],
            stop=body.get("stop") or (),
            tools=[tool["function"]["name"] for tool in body.get("tools") or ()],
            forced=choice in ("any", "required") or isinstance(choice, dict),
            shape=body.get("response_format") is not None,
        )

    def events(self, said: Said) -> Iterator[str]:
        yield _chunk({"role": "assistant", "content": ""})
        for number, token in enumerate(said.tokens):
            parts = [{"type": "text", "text": token}]
            yield _chunk({"content": parts if number % 5 == 4 else token})
        usage = {
            "prompt_tokens": said.prompt_tokens,
            "completion_tokens": said.completion_tokens,
            "total_tokens": said.prompt_tokens + said.completion_tokens,
            "num_cached_tokens": said.cached_tokens,
        }
        delta: dict[str, Any] = {"content": ""}
        if said.calls:
            delta["tool_calls"] = [
                {"id": id_, "function": {"name": name, "arguments": json.dumps(arguments)}, "index": place}
                for place, (id_, name, arguments) in enumerate(said.calls)
            ]
        yield _chunk(delta, finish=said.finish, usage=usage)
        yield "data: [DONE]\n\n"

    def failure(self, kind: str, message: str) -> Reply:
        if kind == "bad_key":
            return Reply(401, {"detail": "Unauthorized"})
        status, type_, code = KINDS[kind]
        headers = {"retry-after": "7"} if kind == "too_many" else {}
        body = {"object": "error", "message": message, "type": type_, "param": None, "code": code}
        return Reply(status, body, headers)

    def failure_within(self, message: str) -> str:
        error = {"object": "error", "message": message, "type": "internal_server_error", "code": "1000"}
        return f"data: {json.dumps(error)}\n\n"


def _chunk(delta: Any, *, finish: str | None = None, usage: Any = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": [choice]}
    return f"data: {json.dumps(body | ({'usage': usage} if usage else {}))}\n\n"
