"""A Piper voice at work: symbols in, sound out, from the front.

The first half of the voice (see halves.py) runs once for a sentence; the second half makes sound of
the frames in stretches that grow, each with as many frames around it as it looks at, so that what
comes out is what it would be in one go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from app.events.voice import SpokenWord
from app.voice.audio.frames import Samples
from app.voice.tts.halves import Halves
from app.voice.tts.port import Sound
from app.voice.tts.spokenwords import moved, spoken_words

AROUND: Final = 12
"""Frames on either side that a sample depends on: ten, measured."""
FIRST: Final = 24
"""Frames of the first stretch: a quarter of a second of speech."""
BEFORE: Final = 3
"""Frames kept of the silence before the first sound."""
LONGEST: Final = 256
LOUDNESS: Final = 0.1
"""RMS of speech; its peaks are five times as high, now and then ten times."""
QUIETEST: Final = 0.01
"""Share of the peak below which a sample is no speech."""
BEND: Final = 0.8
"""From this amplitude on peaks are bent down, so that none is cut off."""


class Vocoder:
    """front, back: sessions of the two halves, or the whole voice and None; one thread at a time.
    sounds: what its symbols stand for."""

    def __init__(
        self, front: Any, back: Any, parts: Halves | None, sounds: Mapping[int, str] | None = None
    ) -> None:
        self._front = front
        self._back = back
        self._parts = parts
        self._sounds = sounds or {}
        self._gain = 1.0

    def tune(self, inputs: dict[str, Any]) -> None:
        """Learn from a sample how loud this voice is. All its sentences are then made louder alike."""
        raw = np.concatenate([sound.samples for sound in self._speak(inputs)])
        heard = raw[np.abs(raw) > QUIETEST * np.max(np.abs(raw), initial=0.0)]
        if heard.size:
            self._gain = LOUDNESS / float(np.sqrt(np.mean(heard**2)))

    def speak(self, inputs: dict[str, Any]) -> Iterator[Sound]:
        """One sentence. inputs: of the graph, by name."""
        for sound in self._speak(inputs):
            yield replace(sound, samples=bent(sound.samples * self._gain))

    def _speak(self, inputs: dict[str, Any]) -> Iterator[Sound]:
        if self._parts is None:
            samples = np.ravel(self._front.run(None, inputs)[0])
            yield Sound(samples, last=True, whole=samples.size)
            return
        frames, *rest = self._front.run(None, inputs)
        others = dict(zip(self._parts.others, rest, strict=False))
        first, length = _silent(rest[-1]) if self._parts.timed else 0, frames.shape[2]
        for begin, end in stretches(first, length):
            left, right = max(0, begin - AROUND), min(length, end + AROUND)
            made = self._back.run(None, others | {self._parts.frames: frames[:, :, left:right]})[0]
            each = made.size // (right - left)
            samples = np.ravel(made)[(begin - left) * each : (end - left) * each]
            words = self._words(inputs, rest, first, each) if begin == first else ()
            yield Sound(samples, end == length, (length - first) * each, words)

    def _words(
        self, inputs: dict[str, Any], rest: list[Samples], first: int, each: int
    ) -> tuple[SpokenWord, ...]:
        """When the words of the sentence sound, from frame `first` on, if the voice tells how long its
        symbols are."""
        if not self._sounds or self._parts is None or not self._parts.timed:
            return ()
        lengths = (np.ravel(rest[-1]) * each).tolist()
        return moved(spoken_words(inputs["input"][0].tolist(), lengths, self._sounds), -first * each)


def _silent(lengths: Samples) -> int:
    """Frames before the first sound: those of the sign that a sentence begins, and of the gap behind
    it. Mostly four, now and then more than twenty."""
    return max(0, int(np.sum(np.ravel(lengths)[:2])) - BEFORE)


def stretches(begin: int, length: int) -> list[tuple[int, int]]:
    """The frames from `begin` on, cut where the sound is made in one go: short first, then longer."""
    found: list[tuple[int, int]] = []
    step = FIRST
    while begin < length:
        end = length if length - begin < step + FIRST else begin + step
        found.append((begin, end))
        begin, step = end, min(2 * step, LONGEST)
    return found


def bent(samples: Samples) -> Samples:
    """The sound with its highest peaks bent down below 1."""
    over = np.abs(samples) - BEND
    room = 1 - BEND
    soft = np.sign(samples) * (BEND + room * np.tanh(np.maximum(over, 0.0) / room))
    return np.where(over > 0, soft, samples).astype(np.float32, copy=False)
