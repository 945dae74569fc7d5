"""The people in a conversation test: texts spoken by the voices of the models folder."""

from __future__ import annotations

from pathlib import Path

from app.assets.catalogue import load
from app.config.voice import TtsSettings
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.resample import resample
from app.voice.tts.engines import build
from app.voice.tts.port import TextToSpeech, joined


class People:
    """Speaks texts; what was said once is kept, and so are the voices. Blocking."""

    def __init__(self, settings: TtsSettings, models_dir: Path) -> None:
        self._settings = settings
        self._models_dir = models_dir
        self._voices: dict[str | None, TextToSpeech] = {}
        self._said: dict[tuple[str, str | None, float], Samples] = {}

    def speak(self, text: str, voice: str | None, speed: float) -> Samples:
        """At 16 kHz. voice: a name in the catalogue, None: Solo's own. Raises NotFound with the
        nearest name, BrokenFile."""
        key = (text, voice, speed)
        if key not in self._said:
            self._said[key] = self._spoken(self._voice(voice), text, speed)
        return self._said[key]

    def close(self) -> None:
        """Give the voices' memory back; idempotent."""
        for engine in self._voices.values():
            engine.close()
        self._voices.clear()

    def _voice(self, name: str | None) -> TextToSpeech:
        if name not in self._voices:
            settings = self._settings
            if name is not None:
                load().find(name, what="voice")  # a name, never a path: the file may be a stranger's
                settings = settings.model_copy(update={"voice": name})
            engine = build(settings, self._models_dir)
            engine.load()
            self._voices[name] = engine
        return self._voices[name]

    @staticmethod
    def _spoken(engine: TextToSpeech, text: str, speed: float) -> Samples:
        return resample(joined(engine.synthesize(text, speed)), engine.capabilities.rate, RATE)
