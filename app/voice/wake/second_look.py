"""The second look: does a wake stand when it is looked at again?

An engine that runs day and night is built to be cheap, and now and then takes other words for its
own.  Before a wake counts, what was heard around it is judged once more:

* somebody has to have spoken in it (voice activity), loud enough;
* with faint noise added, the engine has to find the word again.  What the engine was taught
  stands that easily; what resembles the word by chance lies at the edge of what the engine knows,
  and a little noise pushes it over.  The sound that follows belongs to it: a word that goes on is
  another word.

One rule for all words; tests/bench/bench_wake.py shows what it does to real recordings.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.voice.audio.frames import FRAME, RATE, Frame, Samples

BEFORE = 2 * RATE // FRAME
"""Frames up to the wake that are looked at: two seconds."""
AFTER = 8
"""Frames after the wake that are waited for: a quarter of a second."""
VOICED = 5
"""Frames (160 ms) that must hold speech."""
SPEECH = 0.5
LOUD_DBFS = -55.0
"""The loudest of them must reach this."""
NOISES_DB = (20.0, 20.0, 30.0)
"""How far below the sound the added noises lie."""


def implausible(frames: Sequence[Frame]) -> str:
    """Why this cannot have been a spoken word; empty when it can."""
    voiced = [frame for frame in frames if frame.speech >= SPEECH]
    if len(voiced) < VOICED:
        return "no voice"
    if max(frame.dbfs for frame in voiced) < LOUD_DBFS:
        return "too quiet"
    return ""


def variations(frames: Sequence[Frame]) -> list[Samples]:
    """The same sound with faint noises, always the same ones."""
    sound = np.concatenate([frame.samples for frame in frames])
    loudness = float(np.sqrt(np.mean(sound * sound)))
    noises = np.random.default_rng(1)  # a fixed pattern, not chance
    return [
        sound + (noises.standard_normal(len(sound)) * loudness * 10 ** (-below / 20)).astype(np.float32)
        for below in NOISES_DB
    ]
