"""Porcupine (https://picovoice.ai/docs/porcupine/): proprietary, and it wants an AccessKey.

A model of one's own is a .ppn file from Picovoice's console. Its frames have 512 samples, as
Solo's have.
"""

from __future__ import annotations

from typing import Any

import pvporcupine

from app.config.voice import WakeSettings
from app.kernel.errors import BadSettings, BrokenFile, SoloError, Unavailable
from app.media.wavwriter import to_int16
from app.voice.audio.frames import FRAME, Samples
from app.voice.wake.port import Detection
from app.voice.wake.words import choose, plain, spoken

KEY = "SOLO_VOICE__WAKE__ACCESS_KEY"
WHERE = f"Get a key at https://console.picovoice.ai and set {KEY}, or choose another wake engine."
BUILT_IN = {plain(keyword): keyword for keyword in pvporcupine.KEYWORDS}
SENSITIVITY = 0.5


class PorcupineEngine:
    """It only says yes or no, so every score is 1; a threshold t becomes its sensitivity 1 - t."""

    name = "porcupine"
    slow = False

    def __init__(self, settings: WakeSettings) -> None:
        self._key = settings.access_key.get_secret_value().strip()
        if not self._key:
            raise BadSettings("Porcupine needs an AccessKey, and none is set.", hint=WHERE)
        self._chosen = choose(settings, list(BUILT_IN), (".ppn",))
        self._handle: Any = None

    @property
    def words(self) -> tuple[str, ...]:
        """As set."""
        return tuple(spoken(chosen.word) for chosen in self._chosen)

    def load(self) -> None:
        """Ask the library for its engine. Raises BadSettings (the key), BrokenFile, Unavailable."""
        paths = [str(one.path or pvporcupine.KEYWORD_PATHS[BUILT_IN[one.word]]) for one in self._chosen]
        sensitivities = [
            SENSITIVITY if one.threshold is None else 1.0 - one.threshold for one in self._chosen
        ]
        try:
            self._handle = pvporcupine.create(self._key, keyword_paths=paths, sensitivities=sensitivities)
        except pvporcupine.PorcupineError as error:
            raise _translated(error) from error
        if self._handle.frame_length != FRAME:
            raise Unavailable(f"This Porcupine wants {self._handle.frame_length} samples, not {FRAME}.")

    def process(self, samples: Samples) -> Detection | None:
        """The word that it says has ended in these 512 samples."""
        if self._handle is None:
            return None
        index = int(self._handle.process(to_int16(samples)))
        return Detection(self._chosen[index].word, 1.0) if index >= 0 else None

    def again(self, word: str, samples: Samples) -> bool | None:
        """It has no second ear: another engine would count against the key."""
        return None

    def reset(self) -> None:
        """Porcupine keeps its memory to itself; two seconds of silence empty it."""
        if self._handle is not None:
            for _ in range(64):
                self._handle.process([0] * FRAME)

    def close(self) -> None:
        """Free it."""
        if self._handle is not None:
            self._handle.delete()
            self._handle = None


def _translated(error: Exception) -> SoloError:
    limits = (pvporcupine.PorcupineActivationLimitError, pvporcupine.PorcupineActivationThrottledError)
    if isinstance(error, limits):
        return BadSettings("The AccessKey for Porcupine has reached its limit.", hint=WHERE)
    refused = (
        pvporcupine.PorcupineActivationError,
        pvporcupine.PorcupineActivationRefusedError,
        pvporcupine.PorcupineKeyError,
    )
    if isinstance(error, refused):
        return BadSettings("Picovoice refused the AccessKey for Porcupine.", hint=WHERE)
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, pvporcupine.PorcupineInvalidArgumentError) and "AccessKey" in str(error):
        return BadSettings("The AccessKey for Porcupine is not a valid one.", hint=WHERE)
    if isinstance(error, pvporcupine.PorcupineIOError | pvporcupine.PorcupineInvalidArgumentError):
        return BrokenFile(f"Porcupine cannot use one of its files: {text}")
    return Unavailable(f"Porcupine does not start: {text}")
