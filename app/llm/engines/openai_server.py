"""Whoever speaks OpenAI's chat completions: OpenAI, routers of many models, Ollama, llama.cpp, vLLM …"""

from __future__ import annotations

from typing import Any

from app.llm.completions import ChatCompletions
from app.llm.port import Generation

ANY_JSON = "Answer with one JSON object."


class OpenAiServer(ChatCompletions):
    """See the module and `LanguageModel`."""

    name = "openai"

    def messages(self, request: Generation) -> list[dict[str, Any]]:
        found = super().messages(request)
        wanted = request.shape is not None and request.shape.kind == "json"
        if wanted and self.remote.paid and not any("json" in m.content.lower() for m in request.messages):
            found.insert(0, {"role": "system", "content": ANY_JSON})  # OpenAI refuses it otherwise
        return found

    def body(self, request: Generation) -> dict[str, Any]:
        return super().body(request) | {"stream_options": {"include_usage": True}}
