"""SOLO_LOG__…: the log."""

from __future__ import annotations

from typing import Literal

from app.config.section import Section, setting


class LogSettings(Section):
    """The log."""

    level: Literal["debug", "info", "warning", "error"] = setting("info", "how much is logged")
    json_lines: bool = setting(False, "one JSON object a line instead of text")
    file: bool = setting(True, "write logs/solo.log (rotated) instead of the terminal")
