"""The engines by name. `none` is no engine: then Solo always listens and no wake service runs."""

from __future__ import annotations

from app.config.voice import WakeSettings
from app.kernel import plugins
from app.voice.wake.port import WakeEngine

ENGINES: dict[str, str] = {
    "microwakeword": "app.voice.wake.microwakeword:MicroWakeWordEngine",
    "openwakeword": "app.voice.wake.openwakeword:OpenWakeWordEngine",
    "porcupine": "app.voice.wake.porcupine:PorcupineEngine",
    "scripted": "app.voice.wake.scripted:ScriptedWake",
}
NONE = "none"


def make_engine(settings: WakeSettings) -> WakeEngine | None:
    """The chosen engine, not yet loaded; None for `none`. Raises NotFound for an unknown name."""
    if settings.engine == NONE:
        return None
    engine: WakeEngine = plugins.load("wake", ENGINES, settings.engine, what="wake word engine")(settings)
    return engine
