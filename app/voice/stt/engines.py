"""The engines that turn speech into text, by name."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from app.config.voice import SttSettings
from app.kernel import plugins
from app.voice.stt.port import SpeechToText

ENGINES: dict[str, str] = {
    "faster-whisper": "app.voice.stt.faster_whisper:FasterWhisper",
    "scripted": "app.voice.stt.scripted:ScriptedStt",
}
"""name → module:Class; each is made with (settings, models_dir) and loads nothing before `load`."""


def build(settings: SttSettings, models_dir: Path) -> SpeechToText:
    """The engine that the settings name. Raises NotFound with the nearest name, MissingExtra."""
    engine = plugins.load("stt", ENGINES, settings.engine, what="speech recognizer")
    return cast(SpeechToText, engine(settings, models_dir))
