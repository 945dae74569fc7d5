"""A judge with a script: for tests and demonstrations without a model."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app.config.voice import TurnSettings
from app.voice.audio.frames import Samples


class ScriptedEndOfTurn:
    """Gives the opinions of its script one after the other, then the last one for ever."""

    name = "scripted"
    instant = True

    def __init__(
        self,
        settings: TurnSettings | None = None,
        models_dir: Path | None = None,
        *,
        opinions: Iterable[float | None] = (0.95,),
    ) -> None:
        del settings, models_dir
        self._opinions = list(opinions)
        self.judged: list[int] = []
        """Length of what was judged, in samples, oldest first."""

    def load(self) -> None: ...

    def judge(self, audio: Samples) -> float | None:
        self.judged.append(audio.size)
        return self._opinions.pop(0) if len(self._opinions) > 1 else self._opinions[0]

    def close(self) -> None: ...
