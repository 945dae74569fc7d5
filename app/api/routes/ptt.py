"""The talk key, pressed from afar."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.dependencies import Deps, Given, check_device
from app.api.schemas import TalkKey
from app.events.voice import PushToTalkEvent
from app.kernel.errors import Unavailable

router = APIRouter(prefix="/api/v1/ptt", tags=["talk"])


@router.post("/start")
async def start(deps: Given) -> TalkKey:
    """Press it: Solo listens."""
    return _press(deps, pressed=True)


@router.post("/stop")
async def stop(deps: Given) -> TalkKey:
    """Let it go: what was said is a turn."""
    return _press(deps, pressed=False)


def _press(deps: Deps, *, pressed: bool) -> TalkKey:
    if not deps.settings.voice.enabled:
        raise Unavailable(
            "Solo has no ear: voice is switched off.", hint="Switch it on: SOLO_VOICE__ENABLED=true"
        )
    if pressed:
        check_device(deps, "microphone")
    deps.runtime.bus.publish(PushToTalkEvent(pressed=pressed, source="api"))
    return TalkKey(pressed=pressed)
