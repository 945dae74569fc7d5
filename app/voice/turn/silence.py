"""No judge: only the length of the silence, and the words, end a turn."""

from __future__ import annotations

from pathlib import Path

from app.config.voice import TurnSettings
from app.voice.audio.frames import Samples


class SilenceOnly:
    """Has no opinion."""

    name = "silence"
    instant = True

    def __init__(self, settings: TurnSettings | None = None, models_dir: Path | None = None) -> None:
        del settings, models_dir

    def load(self) -> None: ...

    def judge(self, audio: Samples) -> float | None:
        del audio
        return None

    def close(self) -> None: ...
