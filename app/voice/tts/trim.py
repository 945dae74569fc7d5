"""Taking off the silence around spoken pieces, so that they start at once and join naturally.

A rule file: samples in, samples out, stretch by stretch, so that nobody waits for the end of a sentence.
"""

# ruff: noqa: RUF001  (typographic signs are what these rules are about)

from __future__ import annotations

from typing import Final

import numpy as np

from app.events.voice import SpokenWord
from app.voice.audio.frames import Samples, samples_of
from app.voice.tts.port import Sound
from app.voice.tts.spokenwords import moved

AUDIBLE: Final = 10 ** (-45 / 20)
"""Amplitude from which sound counts: -45 dBFS."""
LEAD_MS: Final = 5.0
"""Kept before the first sound: consonants begin softly."""
FADE_MS: Final = 4.0
SENTENCE_PAUSE_MS: Final = 240.0
CLAUSE_PAUSE_MS: Final = 110.0
JOINT_PAUSE_MS: Final = 40.0


def pause_after(text: str) -> float:
    """Milliseconds of silence that sound natural after this piece."""
    last = text.rstrip(" \"'”’»)]*_")[-1:]
    if last in (".", "!", "?", "…", "。", "！", "？"):
        return SENTENCE_PAUSE_MS
    return CLAUSE_PAUSE_MS if last in (",", ";", ":", "—", "–", "-", "，", "、") else JOINT_PAUSE_MS


class Trim:
    """One sentence on its way: `LEAD_MS` before its first sound, a pause behind its last, faded at both
    ends.  What is silent altogether vanishes."""

    def __init__(self, rate: int) -> None:
        self._lead, self._fade = samples_of(LEAD_MS, rate), samples_of(FADE_MS, rate)
        self._rate = rate
        self._held = np.zeros(0, np.float32)
        self._begun = False
        self.dropped = 0
        """Samples of silence left out at the front."""

    @property
    def begun(self) -> bool:
        """Something was to be heard."""
        return self._begun

    def feed(self, samples: Samples) -> Samples:
        """The next stretch; what of it is known to be speech, or a pause within. May be empty."""
        held = np.concatenate([self._held, samples])
        loud = np.flatnonzero(np.abs(held) >= AUDIBLE)
        if loud.size == 0:
            self._held = held
            return held[:0]
        if not self._begun:
            self.dropped = max(0, int(loud[0]) - self._lead)
            held = held[self.dropped :].astype(np.float32, copy=True)
            _ramp(held[: self._fade], 0, 1)
        # the end is faded, if it is the end
        until = max(0, int(loud[-1]) + 1 - (0 if self._begun else self.dropped) - self._fade)
        self._begun = True
        self._held = held[until:]
        return held[:until]

    def end(self, pause_ms: float) -> Samples:
        """The rest of the sentence, and the pause, drawn out where it is too short."""
        if not self._begun:
            return np.zeros(0, np.float32)
        loud = np.flatnonzero(np.abs(self._held) >= AUDIBLE)
        until = int(loud[-1]) + 1 if loud.size else 0
        rest = np.zeros(until + samples_of(pause_ms, self._rate), np.float32)
        kept = self._held[: rest.size]
        rest[: kept.size] = kept
        _ramp(rest[-self._fade :] if self._fade else rest[:0], 1, 0)
        return rest


class PieceTrim:
    """The sentences of one piece, each trimmed; pause_ms: between and behind them."""

    def __init__(self, rate: int, pause_ms: float) -> None:
        self._rate = rate
        self._pause_ms = pause_ms
        self._trim = Trim(rate)
        self._given = 0
        self._before = 0
        self._words: tuple[SpokenWord, ...] = ()

    def feed(self, sound: Sound) -> Sound:
        """The next stretch of a sentence; may have no samples."""
        samples = self._trim.feed(sound.samples)
        words = self._placed(sound)
        self._given += samples.size
        pause = samples_of(self._pause_ms, self._rate)
        whole = self._before + sound.whole - self._trim.dropped + pause
        return Sound(samples, last=False, whole=whole, words=words)

    def end(self, sound: Sound, *, last: bool) -> Sound:
        """The end of a sentence. last: of the piece."""
        samples = np.concatenate([self._trim.feed(sound.samples), self._trim.end(self._pause_ms)])
        words = self._placed(sound)
        self._words = ()
        self._given += samples.size
        self._trim, self._before = Trim(self._rate), self._given
        return Sound(samples, last=last, whole=self._given, words=words)

    def _placed(self, sound: Sound) -> tuple[SpokenWord, ...]:
        """The words of the sentence, where they are in the piece, as soon as that is known."""
        self._words += sound.words
        if not self._trim.begun:
            return ()
        words, self._words = self._words, ()
        return moved(words, self._before - self._trim.dropped)


def _ramp(samples: Samples, start: float, end: float) -> None:
    """From one loudness to another, in place."""
    samples *= np.linspace(start, end, len(samples), dtype=np.float32)
