"""OpenAI's chat completions, as its reference and the types of its library describe them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.wire.brain import Ask, Said
from tests.wire.server import MODEL, Asked, Reply

KINDS = {
    "too_long": (400, "invalid_request_error", "context_length_exceeded"),
    "bad_key": (401, "invalid_request_error", "invalid_api_key"),
    "forbidden": (403, "invalid_request_error", "unsupported_country_region_territory"),
    "no_credit": (429, "insufficient_quota", "insufficient_quota"),
    "no_model": (404, "invalid_request_error", "model_not_found"),
    "too_many": (429, "requests", "rate_limit_exceeded"),
    "broken": (500, "server_error", None),
    "overloaded": (503, "server_error", None),
}


class OpenAiWire:
    engine = "openai"
    prefix = "/v1"

    def key(self, asked: Asked) -> str:
        return asked.headers.get("authorization", "").removeprefix("Bearer ")

    def look(self, asked: Asked) -> Any | None:
        if asked.method == "GET" and asked.path == "/v1/models":
            names = (MODEL, "large-1")
            listed = [{"id": n, "object": "model", "created": 1, "owned_by": "us"} for n in names]
            return {"object": "list", "data": listed}
        return None

    def ask(self, asked: Asked) -> Ask:
        body = asked.body
        assert asked.path == "/v1/chat/completions"
        assert body["stream"]
        choice = body.get("tool_choice", "auto")
        return Ask(
            prompt="\n".join(f"{m['role']}: {m.get('content') or ''}" for m in body["messages"]),
            last=body["messages"][-1].get("content") or "",
            max_tokens=body.get("max_tokens") or body["max_completion_tokens"],
            stop=body.get("stop", ()),
            tools=[tool["function"]["name"] for tool in body.get("tools", ())],
            forced=choice == "required" or isinstance(choice, dict),
            shape="response_format" in body or "grammar" in body,
            alternatives=body.get("top_logprobs") if body.get("logprobs") else None,
        )

    def events(self, said: Said) -> Iterator[str]:
        yield _chunk({"role": "assistant", "content": ""})
        for token in said.tokens:
            yield _chunk({"content": token}, odds=_odds(token, said.alternatives))
        for place, (id_, name, arguments) in enumerate(said.calls):
            call = {
                "index": place,
                "id": id_,
                "type": "function",
                "function": {"name": name, "arguments": ""},
            }
            yield _chunk({"tool_calls": [call]})
            text = json.dumps(arguments)
            for piece in (text[:5], text[5:]):
                yield _chunk({"tool_calls": [{"index": place, "function": {"arguments": piece}}]})
        yield _chunk({}, finish=said.finish)
        usage = {
            "prompt_tokens": said.prompt_tokens,
            "completion_tokens": said.completion_tokens,
            "total_tokens": said.prompt_tokens + said.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": said.cached_tokens},
        }
        yield _data({**_HEAD, "choices": [], "usage": usage})
        yield "data: [DONE]\n\n"

    def failure(self, kind: str, message: str) -> Reply:
        status, type_, code = KINDS[kind]
        headers = {"retry-after": "7"} if kind == "too_many" else {}
        error = {"message": message, "type": type_, "param": None, "code": code}
        return Reply(status, {"error": error}, headers)

    def failure_within(self, message: str) -> str:
        return _data({"error": {"message": message, "type": "server_error", "code": None}})


_HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": MODEL}


def _data(body: Any) -> str:
    return f"data: {json.dumps(body)}\n\n"


def _chunk(delta: Any, *, finish: str | None = None, odds: Any = None) -> str:
    choice = {"index": 0, "delta": delta, "logprobs": odds, "finish_reason": finish}
    return _data({**_HEAD, "choices": [choice]})


def _odds(token: str, alternatives: int | None) -> Any:
    if alternatives is None:
        return None
    others = [{"token": f"other{n}", "logprob": -2.0 - n, "bytes": None} for n in range(alternatives)]
    return {
        "content": [{"token": token, "logprob": -0.25, "bytes": list(token.encode()), "top_logprobs": others}]
    }
