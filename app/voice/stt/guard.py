"""Whether a transcript can be believed.

Whisper writes something for every sound; for noise and silence it invents sentences.  Its own
doubts tell them apart: the probability that nobody spoke, and how improbable it found its words.
Well-known inventions ("Thank you.") are only ever a reason to believe those doubts sooner: people
do say them.  The limits were read off recordings of noise and of quiet or accented speech, with
room on both sides (see docs/benchmarks.md).

A rule file: numbers in, a reason out.
"""

from __future__ import annotations

import re
import zlib
from typing import Final, Literal, TypeAlias

from app.voice.stt.port import Transcript

Doubt: TypeAlias = Literal["", "silence", "noise", "invention"]

SILENT_PEAK: Final = 1e-4
"""-80 dBFS: no microphone in a room is as quiet; quieter sound has no words in it."""
SHORTEST_SECONDS: Final = 0.1
NOBODY: Final = 0.6
NOBODY_LOG: Final = -0.8
IMPROBABLE: Final = -1.9
IMPROBABLE_SENTENCE: Final = -1.3
SENTENCE_WORDS: Final = 4
PHANTOM_NOBODY: Final = 0.4
PHANTOM_LOG: Final = -1.0
COMPRESSION: Final = 2.4

_HELD: Final = re.compile(r"([^\W\d_])\1{3}", re.IGNORECASE)
"""A letter four times in a row: Whisper writes wind and engines as somebody's long "oooh"."""

PHANTOMS: Final = frozenset(
    {
        "bye",
        "oh",
        "please subscribe",
        "subscribe",
        "thank you",
        "thank you for watching",
        "thank you so much for watching",
        "thanks",
        "thanks for watching",
        "you",
    }
)
"""What Whisper, raised on videos, hears where nothing is said."""


def doubt_sound(seconds: float, peak: float) -> Doubt:
    """Why this sound need not be transcribed at all; empty: it must. peak: largest magnitude."""
    return "silence" if seconds < SHORTEST_SECONDS or peak < SILENT_PEAK else ""


def doubt(heard: Transcript) -> Doubt:
    """Why the transcript is not to be believed; empty: it is."""
    text = heard.text
    if not any(character.isalnum() for character in text):
        return "noise" if heard.no_speech < NOBODY else "silence"
    if heard.no_speech > NOBODY and heard.log_probability < NOBODY_LOG:
        return "noise"
    if heard.log_probability < IMPROBABLE or _improbable_sentence(heard):
        return "noise"
    if _phantom(text) and (heard.no_speech > PHANTOM_NOBODY or heard.log_probability < PHANTOM_LOG):
        return "invention"
    return "invention" if _repeats(text) or _HELD.search(text) else ""


def _improbable_sentence(heard: Transcript) -> bool:
    return heard.log_probability < IMPROBABLE_SENTENCE and len(heard.text.split()) >= SENTENCE_WORDS


def _phantom(text: str) -> bool:
    bare = "".join(c for c in text.lower() if c.isalpha() or c.isspace())
    return " ".join(bare.split()) in PHANTOMS


def _repeats(text: str) -> bool:
    """The same over and over: it compresses far better than speech does."""
    raw = text.encode("utf-8", "ignore")
    return len(raw) > 40 and len(raw) / len(zlib.compress(raw)) > COMPRESSION
