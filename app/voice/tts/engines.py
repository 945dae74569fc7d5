"""The engines that turn text into speech, by name."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from app.config.voice import TtsSettings
from app.kernel import plugins
from app.voice.tts.port import TextToSpeech

ENGINES: dict[str, str] = {
    "piper": "app.voice.tts.piper:PiperTts",
    "scripted": "app.voice.tts.scripted:ScriptedTts",
}
"""name → module:Class; each is made with (settings, models_dir) and loads nothing before `load`."""


def build(settings: TtsSettings, models_dir: Path) -> TextToSpeech:
    """The engine that the settings name. Raises NotFound with the nearest name, MissingExtra."""
    engine = plugins.load("tts", ENGINES, settings.engine, what="speech synthesizer")
    return cast(TextToSpeech, engine(settings, models_dir))
