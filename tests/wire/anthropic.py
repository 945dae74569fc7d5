"""Anthropic's Messages API, as its reference of streaming and the types of its library describe it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.wire.brain import Ask, Said
from tests.wire.server import MODEL, Asked, Reply

KINDS = {
    "too_long": (400, "invalid_request_error"),
    "bad_key": (401, "authentication_error"),
    "forbidden": (403, "permission_error"),
    "no_credit": (402, "billing_error"),
    "no_model": (404, "not_found_error"),
    "too_many": (429, "rate_limit_error"),
    "broken": (500, "api_error"),
    "overloaded": (529, "overloaded_error"),
}
ENDS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


class AnthropicWire:
    engine = "anthropic"
    prefix = ""

    def key(self, asked: Asked) -> str:
        bearer = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return asked.headers.get("x-api-key") or bearer

    def look(self, asked: Asked) -> Any | None:
        path = asked.path.partition("?")[0]
        model = {
            "id": MODEL,
            "type": "model",
            "display_name": "Tiny",
            "created_at": "2026-01-01T00:00:00Z",
            "lifecycle": "active",
        }
        if path == "/v1/models":
            return {"data": [model], "has_more": False, "first_id": MODEL, "last_id": MODEL}
        if path.startswith("/v1/models/"):
            return model if path.endswith(f"/{MODEL}") else self.failure("no_model", "model: not found")
        return None

    def ask(self, asked: Asked) -> Ask:
        body = asked.body
        assert asked.path == "/v1/messages"
        assert asked.headers["anthropic-version"]
        assert "system" not in {message["role"] for message in body["messages"]}
        texts = [f"{m['role']}: {_text(m['content'])}" for m in body["messages"]]
        assert all(len(text) > len("user: ") for text in texts), "an empty text is refused"
        choice = body.get("tool_choice", {"type": "auto"})["type"]
        system = _text(body.get("system", ""))
        held = _marks(body)
        assert held <= 4, "more are refused"
        return Ask(
            prompt="\n".join([f"system: {system}", *texts]),
            last=_text(body["messages"][-1]["content"]),
            max_tokens=body["max_tokens"],
            stop=body.get("stop_sequences", ()),
            tools=[tool["name"] for tool in body.get("tools", ()) if tool["input_schema"]],
            forced=choice in {"any", "tool"},
            shape="format" in body.get("output_config", {}) or "JSON object" in system,
            held=bool(held),
        )

    def events(self, said: Said) -> Iterator[str]:
        message = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": MODEL,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {
                "input_tokens": said.prompt_tokens - said.cached_tokens - said.kept_tokens,
                "cache_read_input_tokens": said.cached_tokens,
                "cache_creation_input_tokens": said.kept_tokens,
                "output_tokens": 1,
            },
        }
        yield _event("message_start", message=message)
        yield _event("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""})
        yield _event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "Hm."})
        yield _event("content_block_stop", index=0)
        yield _event("ping")
        if said.tokens:
            yield _event("content_block_start", index=1, content_block={"type": "text", "text": ""})
            for token in said.tokens:
                yield _event("content_block_delta", index=1, delta={"type": "text_delta", "text": token})
            yield _event("content_block_stop", index=1)
        for place, (id_, name, arguments) in enumerate(said.calls, 2):
            block = {"type": "tool_use", "id": f"toolu_{id_}", "name": name, "input": {}}
            yield _event("content_block_start", index=place, content_block=block)
            text = json.dumps(arguments)
            for piece in ("", text[:5], text[5:]):
                delta = {"type": "input_json_delta", "partial_json": piece}
                yield _event("content_block_delta", index=place, delta=delta)
            yield _event("content_block_stop", index=place)
        delta = {"stop_reason": ENDS[said.finish], "stop_sequence": None}
        yield _event("message_delta", delta=delta, usage={"output_tokens": said.completion_tokens})
        yield _event("message_stop")

    def failure(self, kind: str, message: str) -> Reply:
        status, type_ = KINDS[kind]
        headers = {"retry-after": "7"} if kind == "too_many" else {}
        error = {"type": type_, "message": message}
        return Reply(status, {"type": "error", "error": error, "request_id": "req_1"}, headers)

    def failure_within(self, message: str) -> str:
        return _event("error", error={"type": "overloaded_error", "message": message})


def _event(kind: str, **more: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n"


def _marks(body: Any) -> int:
    """Blocks that are to be held."""
    blocks = [*body.get("tools", ()), *(body.get("system") or ())]
    for message in body["messages"]:
        blocks += message["content"]
    return sum(block["cache_control"]["type"] == "ephemeral" for block in blocks if "cache_control" in block)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return " ".join(str(b.get("text") or b.get("content") or b.get("input") or "") for b in content)
