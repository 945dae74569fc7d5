"""The nouns of the API: name → where its router is."""

from __future__ import annotations

from typing import Final

ROUTES: Final[dict[str, str]] = {
    "ask": "app.api.routes.ask:router",
    "dialogues": "app.api.routes.dialogues:router",
    "events": "app.api.routes.events:router",
    "health": "app.api.routes.health:router",
    "memory": "app.api.routes.memory:router",
    "metrics": "app.api.routes.metrics:router",
    "ptt": "app.api.routes.ptt:router",
    "say": "app.api.routes.say:router",
    "status": "app.api.routes.status:router",
    "timers": "app.api.routes.timers:router",
    "transcribe": "app.api.routes.transcribe:router",
}
