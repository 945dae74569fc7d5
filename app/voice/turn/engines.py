"""The judges of endings, by name."""

from __future__ import annotations

from typing import Final

ENGINES: Final[dict[str, str]] = {
    "silence": "app.voice.turn.silence:SilenceOnly",
    "smart_turn": "app.voice.turn.smart_turn:SmartTurn",
    "scripted": "app.voice.turn.scripted:ScriptedEndOfTurn",
}
"""name → "module:Class"; each is made with (TurnSettings, models_dir)."""
