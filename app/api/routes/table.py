"""The nouns of the API: name → where its router is."""

from __future__ import annotations

from typing import Final

ROUTES: Final[dict[str, str]] = {
    "ask": "app.api.routes.ask:router",
    "chat": "app.api.routes.chat:router",
    "dialogues": "app.api.routes.dialogues:router",
    "events": "app.api.routes.events:router",
    "generate": "app.api.routes.generate:router",
    "health": "app.api.routes.health:router",
    "mcp": "app.api.routes.mcp:router",
    "memory": "app.api.routes.memory:router",
    "metrics": "app.api.routes.metrics:router",
    "models": "app.api.routes.models:router",
    "openai_chat": "app.api.openai.chat:router",
    "openai_completions": "app.api.openai.completions:router",
    "openai_embeddings": "app.api.openai.embeddings:router",
    "openai_models": "app.api.openai.models:router",
    "openai_speech": "app.api.openai.speech:router",
    "openai_transcriptions": "app.api.openai.transcriptions:router",
    "ptt": "app.api.routes.ptt:router",
    "say": "app.api.routes.say:router",
    "status": "app.api.routes.status:router",
    "timers": "app.api.routes.timers:router",
    "tools": "app.api.routes.tools:router",
    "usage": "app.api.routes.usage:router",
    "transcribe": "app.api.routes.transcribe:router",
}
