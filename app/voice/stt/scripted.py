"""Speech recognition from a script: for tests and for demonstrations without a model.

It hears sound as the scripted voice makes it (see app/voice/tts/scripted.py): loud enough is
speech, and what was said is the next line of the script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from app.config.voice import SttSettings
from app.events.voice import HeardWord
from app.voice.audio.frames import RATE, Samples
from app.voice.stt.port import SttCapabilities, Transcript, never

QUIET = 0.01
"""Below this loudness (root mean square) nobody speaks."""


class ScriptedStt:
    """Says the lines of its script one after the other, then the last one for ever."""

    name = "scripted"

    def __init__(
        self,
        settings: SttSettings | None = None,
        models_dir: Path | None = None,
        *,
        lines: Iterable[str] = ("Hello Solo.",),
    ) -> None:
        del settings, models_dir
        self.capabilities = SttCapabilities(languages=("en",), words=True, instant=True)
        self.heard: list[tuple[int, str | None, tuple[str, ...]]] = []
        """(samples, language, hints) of every call, oldest first."""
        self._lines = list(lines)

    def load(self) -> None: ...

    def transcribe(
        self,
        audio: Samples,
        language: str | None,
        hints: tuple[str, ...],
        given_up: Callable[[], bool] = never,
        before: str | None = None,
        *,
        words: bool = False,
    ) -> Transcript:
        del given_up, before
        self.heard.append((audio.size, language, hints))
        if audio.size == 0 or float(np.sqrt(np.mean(np.square(audio)))) < QUIET:
            return Transcript("", "en", no_speech=1.0)
        line = self._lines.pop(0) if len(self._lines) > 1 else self._lines[0]
        spread = _spread(line, audio.size / RATE) if words else ()
        return Transcript(line, language or "en", no_speech=0.0, log_probability=-0.1, words=spread)

    def close(self) -> None: ...


def _spread(line: str, seconds: float) -> tuple[HeardWord, ...]:
    """All words equally long."""
    words = line.split()
    each = seconds / max(1, len(words))
    return tuple(HeardWord(word, place * each, (place + 1) * each) for place, word in enumerate(words))
