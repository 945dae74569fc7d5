"""Google's Gemini API, `streamGenerateContent` with `alt=sse`, as its reference describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.wire.brain import Ask, Said
from tests.wire.server import MODEL, Asked, Reply

RPC = "type.googleapis.com/google.rpc."
KINDS = {
    "too_long": (400, "INVALID_ARGUMENT"),
    "bad_key": (400, "INVALID_ARGUMENT"),
    "forbidden": (403, "PERMISSION_DENIED"),
    "no_credit": (429, "RESOURCE_EXHAUSTED"),
    "no_model": (404, "NOT_FOUND"),
    "too_many": (429, "RESOURCE_EXHAUSTED"),
    "broken": (500, "INTERNAL"),
    "overloaded": (503, "UNAVAILABLE"),
}
DETAILS = {
    "bad_key": [{"@type": f"{RPC}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}],
    "too_many": [{"@type": f"{RPC}RetryInfo", "retryDelay": "7s"}],
}


class GoogleWire:
    engine = "google"
    prefix = ""

    def key(self, asked: Asked) -> str:
        return asked.headers.get("x-goog-api-key", "")

    def look(self, asked: Asked) -> Any | None:
        if asked.method != "GET":
            return None
        model = {
            "name": f"models/{MODEL}",
            "displayName": "Tiny",
            "inputTokenLimit": 2048,
            "supportedGenerationMethods": ["generateContent"],
        }
        if asked.path == "/v1/models":
            other = {"name": "models/embedding", "supportedGenerationMethods": ["embedContent"]}
            return {"models": [other, model]}
        found = asked.path == f"/v1/models/{MODEL}"
        return model if found else self.failure("no_model", "models/x is not found for API version v1")

    def ask(self, asked: Asked) -> Ask:
        body, config = asked.body, asked.body["generationConfig"]
        assert asked.path == f"/v1/models/{MODEL}:streamGenerateContent?alt=sse"
        for entry in body["contents"]:
            for part in entry["parts"]:
                assert "functionCall" not in part or part["thoughtSignature"], "the thought is not signed"
        texts = [f"{entry['role']}: {_text(entry)}" for entry in body["contents"]]
        mode = body.get("toolConfig", {}).get("functionCallingConfig", {}).get("mode", "AUTO")
        declared = [d for tool in body.get("tools", ()) for d in tool["functionDeclarations"]]
        return Ask(
            prompt="\n".join([_text(body.get("systemInstruction", {"parts": []})), *texts]),
            last=_text(body["contents"][-1]),
            max_tokens=config["maxOutputTokens"],
            stop=config.get("stopSequences", ()),
            tools=[tool["name"] for tool in declared],
            forced=mode == "ANY",
            shape=config.get("responseMimeType") == "application/json",
            alternatives=config.get("logprobs"),
        )

    def events(self, said: Said) -> Iterator[str]:
        yield _chunk([{"text": "Hm.", "thought": True}], said, 0)
        for number, token in enumerate(said.tokens, 1):
            yield _chunk([{"text": token}], said, number, odds=_odds(token, said.alternatives))
        parts = [
            {"functionCall": {"name": name, "args": arguments}, "thoughtSignature": "c2lnbmVk"}
            for _, name, arguments in said.calls
        ]
        finish = "MAX_TOKENS" if said.finish == "length" else "STOP"
        yield _chunk(parts or [{"text": ""}], said, said.completion_tokens, finish=finish)

    def failure(self, kind: str, message: str) -> Reply:
        status, name = KINDS[kind]
        if kind == "no_credit":
            message = "You exceeded your current quota, please check your plan and billing details."
        error = {"code": status, "message": message, "status": name, "details": DETAILS.get(kind, [])}
        return Reply(status, {"error": error})

    def failure_within(self, message: str) -> str:
        return _data({"error": {"code": 503, "message": message, "status": "UNAVAILABLE"}})


def _data(body: Any) -> str:
    return f"data: {json.dumps(body)}\r\n\r\n"


def _chunk(parts: list[Any], said: Said, written: int, *, finish: str = "", odds: Any = None) -> str:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    if odds:
        candidate["logprobsResult"] = odds
    usage = {
        "promptTokenCount": said.prompt_tokens,
        "cachedContentTokenCount": said.cached_tokens,
        "candidatesTokenCount": written,
        "totalTokenCount": said.prompt_tokens + written,
    }
    body = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": MODEL, "responseId": "r1"}
    return _data(body)


def _text(entry: Any) -> str:
    return " ".join(
        str(
            part.get("text")
            or part.get("functionResponse", {}).get("response")
            or part.get("functionCall")
            or ""
        )
        for part in entry["parts"]
    )


def _odds(token: str, alternatives: int | None) -> Any:
    if alternatives is None:
        return None
    others = [{"token": f"other{n}", "logProbability": -2.0 - n} for n in range(alternatives)]
    return {
        "chosenCandidates": [{"token": token, "logProbability": -0.25}],
        "topCandidates": [{"candidates": others}],
    }
