"""Which voice speaks a language, and what is said when none does.

A language that Solo's usual voice does not speak has a voice of its own in the settings.  Where that is
missing, damaged or speaks something else, the usual voice speaks, and people are told why, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.assets.catalogue import load
from app.kernel.errors import BadSettings, NotFound, SoloError
from app.kernel.languages import code_of, name_of
from app.voice.tts.port import TextToSpeech

SETTING: Final = "SOLO_VOICE__TTS__VOICES"


class Polyglot:
    """usual: the engine of Solo's usual voice, loaded; voices: language → name of its voice."""

    def __init__(self, usual: TextToSpeech, voices: Mapping[str, str]) -> None:
        self._usual = usual
        self._voices = {code_of(language): name for language, name in voices.items()}
        self._useless: dict[str, SoloError] = {}
        self._told: set[str] = set()

    @property
    def names(self) -> frozenset[str]:
        """Of all voices that the settings give to a language."""
        return frozenset(self._voices.values())

    def voice_for(self, language: str | None) -> str | None:
        """The name of the voice for it; None: the usual one. Raises what is wrong with it."""
        code = code_of(language or "")
        if not code:
            return None
        if code in self._useless:
            raise self._useless[code]
        if code in self._voices:
            return self._voices[code]
        if code == self._usual.capabilities.language:
            return None
        raise self._missing(code)

    def check(self, language: str | None, engine: TextToSpeech) -> None:
        """Does this voice, loaded for it, speak the language? Raises BadSettings."""
        code, spoken = code_of(language or ""), engine.capabilities.language
        if engine is self._usual or not code or spoken == code:
            return
        error = BadSettings(
            f"The voice {self._voices[code]} speaks {name_of(spoken)}, not {name_of(code)}.",
            hint=f"Give {name_of(code)} a voice of its own in {SETTING}.",
        )
        self._useless[code] = error
        raise error

    def useless(self, language: str | None, error: SoloError) -> None:
        """Its voice cannot be loaded. What is not there yet may come; what is damaged is not tried again."""
        if not isinstance(error, NotFound):
            self._useless[code_of(language or "")] = error

    def first_time(self, language: str | None) -> bool:
        """Nobody was told yet that there is no voice for it."""
        code = code_of(language or "")
        new = code not in self._told
        self._told.add(code)
        return new

    def _missing(self, code: str) -> NotFound:
        known = next((name for name in _catalogue() if code_of(name) == code), None)
        hint = (
            f'Have one: solo models pull {known}, and {SETTING}={{"{code}": "{known}"}}.'
            if known
            else f'Name a Piper voice: {SETTING}={{"{code}": "/path/to/voice.onnx"}}.'
        )
        return NotFound(f"There is no voice for {name_of(code)}.", hint=hint)


def _catalogue() -> tuple[str, ...]:
    catalogue = load()
    return tuple(name for name in catalogue.names if catalogue.find(name).kind == "tts")
