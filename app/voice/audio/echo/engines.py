"""The echo cancellers, by name."""

from __future__ import annotations

from typing import Final, cast

from app.config.voice import EchoSettings
from app.kernel import plugins
from app.voice.audio.echo.port import EchoCanceller

ENGINES: Final[dict[str, str]] = {
    "kalman": "app.voice.audio.echo.kalman:KalmanEcho",
    "scripted": "app.voice.audio.echo.scripted:ScriptedEcho",
    "none": "app.voice.audio.echo.none:Untouched",
}
"""name → "module:Class"; each is made with nothing."""
AUTO: Final = "kalman"
"""What `auto` stands for: see docs/decisions/0014-echo-cancellation.md."""


def build(settings: EchoSettings) -> EchoCanceller:
    """The canceller that the settings name. Raises NotFound with the nearest name, MissingExtra."""
    name = AUTO if settings.engine == "auto" else settings.engine
    engine = plugins.load("echo", ENGINES, name, what="echo canceller")
    return cast(EchoCanceller, engine())
