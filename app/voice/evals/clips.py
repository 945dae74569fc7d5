"""The sounds of a conversation test: what is said by a voice, what lies in files, and noises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from app.kernel.errors import BadInput
from app.voice.audio.frames import RATE, Samples
from app.voice.audio.wavfile import read_wav
from app.voice.evals.noise import at_loudness, lasting, louder, loudness, make_noise
from app.voice.evals.read import Loaded
from app.voice.evals.schema import LONGEST_SECONDS, Hum, Step

Speak: TypeAlias = Callable[[str, str | None, float], Samples]
"""A text, the name of a voice (None: Solo's own) and a speed → how it sounds, at 16 kHz."""

VOICED: Final = 10 ** (-45 / 20)
"""Amplitude from which a sample of a voice counts as audible."""
ROOM_DBFS: Final = -70.0
"""No room is digitally silent."""
SNR_DB: Final = 15.0
"""A noise lies so far below what is said, unless the test says otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A sound to be heard. begin, end: its first and behind its last audible sample; speech: it says
    something."""

    samples: Samples
    begin: int
    end: int
    speech: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sounds:
    """All sounds of one run. room: what is always there, to be repeated."""

    clips: dict[str, Clip]
    room: Samples


def prepare(loaded: Loaded, speak: Speak, seed: int) -> Sounds:
    """Make and read them all. Raises BadInput for files that cannot be heard, and what `speak` does."""
    made: dict[str, Clip] = {}
    for name, step in zip(loaded.names, loaded.scenario.play, strict=True):
        if step.noise is None:
            made[name] = _clip(_said(loaded, step, speak), speech=True)
    said = [loudness(clip.samples[clip.begin : clip.end]) for clip in made.values() if clip.end > clip.begin]
    level = float(np.mean(said)) if said else None
    for number, (name, step) in enumerate(zip(loaded.names, loaded.scenario.play, strict=True)):
        if step.noise is not None:
            sound = _noise(loaded, step, level, seed * 1000 + number)
            made[name] = _clip(louder(lasting(sound, step.seconds or 0.0), step.gain_db), speech=False)
    if sum(len(clip.samples) for clip in made.values()) > LONGEST_SECONDS * RATE:
        raise BadInput(f"{loaded.path.name} plays more than {LONGEST_SECONDS:.0f} s of sound.")
    room = loaded.scenario.room or Hum(noise="white", dbfs=ROOM_DBFS)
    return Sounds(made, _noise(loaded, room, level, seed * 1000 + 999))


def _said(loaded: Loaded, step: Step, speak: Speak) -> Samples:
    if step.file is not None:
        sound = read_wav(loaded.sounds[step.file], longest=LONGEST_SECONDS)
        if step.seconds is not None:
            sound = sound[: round(step.seconds * RATE)]
        return louder(sound, step.gain_db)
    parts = [
        speak(part, step.voice, step.speed)
        if isinstance(part, str)
        else np.zeros(round(part * RATE), np.float32)
        for part in step.say or ()
    ]
    return louder(np.concatenate(parts), step.gain_db)


def _noise(loaded: Loaded, hum: Hum, level: float | None, seed: int) -> Samples:
    if hum.file is not None:
        sound = read_wav(loaded.sounds[hum.file], longest=LONGEST_SECONDS)
    else:
        sound = make_noise(hum.noise or "white", seed)
    if hum.dbfs is not None:
        return at_loudness(sound, hum.dbfs)
    if level is None:
        raise BadInput(
            f"{loaded.path.name}: a noise is measured against what is said, and nothing is.",
            hint="Give it dbfs.",
        )
    return at_loudness(sound, level - (SNR_DB if hum.snr_db is None else hum.snr_db))


def _clip(samples: Samples, *, speech: bool) -> Clip:
    loud = np.flatnonzero(np.abs(samples) > VOICED)
    begin, end = (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, len(samples))
    return Clip(samples, begin, end, speech)
