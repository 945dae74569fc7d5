"""The judges of endings, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

from app.config.voice import TurnSettings
from app.kernel import plugins
from app.voice.turn.port import EndOfTurn

ENGINES: Final[dict[str, str]] = {
    "silence": "app.voice.turn.silence:SilenceOnly",
    "smart_turn": "app.voice.turn.smart_turn:SmartTurn",
    "scripted": "app.voice.turn.scripted:ScriptedEndOfTurn",
}
"""name → "module:Class"; each is made with (TurnSettings, models_dir)."""


def build(settings: TurnSettings, models_dir: Path) -> EndOfTurn:
    """The judge that the settings name. Raises NotFound with the nearest name, MissingExtra."""
    engine = plugins.load("turn", ENGINES, settings.end, what="judge of endings")
    return cast(EndOfTurn, engine(settings, models_dir))
