"""When each word was said, by what Whisper's decoder looked at while it wrote it.

Costs a second pass of the decoder over the words that are known: asked for only where somebody needs it.
Source: "Robust Speech Recognition via Large-Scale Weak Supervision", the alignment of openai-whisper.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from app.events.voice import HeardWord
from app.voice.audio.frames import RATE

FRAMES_PER_SECOND: Final = 100
SHORTEST: Final = 1.0
"""Seconds that are looked at in any case; behind shorter sound there is silence in the window."""
BEFORE: Final = "\"'\u201c\u00bf([{-"
BEHIND: Final = "\"'.\u3002,\uff0c!\uff01?\uff1f:\uff1a\u201d)]}\u3001"
"""Signs that belong to the next word, and to the one before."""


def word_times(
    model: Any, tokenizer: Any, tokens: list[int], encoded: Any, samples: int
) -> tuple[HeardWord, ...]:
    """The words of these tokens. model: a faster_whisper.WhisperModel; encoded: what was heard."""
    from faster_whisper.transcribe import merge_punctuations

    if not tokens:
        return ()
    seconds = samples / RATE
    frames = round(max(SHORTEST, seconds) * FRAMES_PER_SECOND)
    found: list[dict[str, Any]] = model.find_alignment(tokenizer, [tokens], encoded, frames)[0]
    merge_punctuations(found, BEFORE, BEHIND)
    return tuple(
        HeardWord(text, min(float(word["start"]), seconds), min(float(word["end"]), seconds))
        for word in found
        if (text := word["word"].strip())
    )


def of_segments(segments: Iterable[Any]) -> tuple[HeardWord, ...]:
    """What faster-whisper's own loop found."""
    return tuple(
        HeardWord(word.word.strip(), float(word.start), float(word.end))
        for segment in segments
        for word in segment.words or ()
        if word.word.strip()
    )


def later(words: Sequence[HeardWord], seconds: float) -> tuple[HeardWord, ...]:
    """The words of a piece that begins so far behind the beginning of the recording."""
    return tuple(HeardWord(word.text, word.start + seconds, word.end + seconds) for word in words)
