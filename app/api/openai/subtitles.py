"""Words and their times as lines, and as the formats of subtitles. A rule file.

SRT: SubRip's own format, numbered, with a comma before the milliseconds. VTT: WebVTT of the W3C.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.events.voice import HeardWord

LONGEST_LINE: Final = 84
"""Characters: two lines on a screen."""
LONGEST_SECONDS: Final = 7.0
PAUSE: Final = 1.0
"""Seconds of silence that part what was said."""
ENDS: Final = (".", "!", "?", "\u2026", "\u3002")


@dataclass(frozen=True, slots=True)
class Line:
    """Words that belong together. start, end: seconds."""

    text: str
    start: float
    end: float


def lines(words: Sequence[HeardWord], text: str, seconds: float) -> list[Line]:
    """What was said, in lines; one line for all of it where nobody knows when each word was said."""
    if not words:
        return [Line(text, 0.0, seconds)] if text else []
    return [
        Line(" ".join(word.text for word in some), some[0].start, max(some[-1].end, some[0].start))
        for some in _parted(words)
    ]


def _parted(words: Sequence[HeardWord]) -> Iterator[list[HeardWord]]:
    some: list[HeardWord] = []
    for word in words:
        if some and _is_new(some, word):
            yield some
            some = []
        some.append(word)
    if some:
        yield some


def _is_new(some: Sequence[HeardWord], word: HeardWord) -> bool:
    before = some[-1]
    length = sum(len(one.text) + 1 for one in some) + len(word.text)
    return (
        before.text.endswith(ENDS)
        or word.start - before.end > PAUSE
        or length > LONGEST_LINE
        or word.end - some[0].start > LONGEST_SECONDS
    )


def srt(told: Sequence[Line]) -> str:
    """SubRip."""
    blocks = [
        f"{number}\n{_clock(line.start, ',')} --> {_clock(line.end, ',')}\n{line.text}\n"
        for number, line in enumerate(told, 1)
    ]
    return "\n".join(blocks) + ("\n" if blocks else "")


def vtt(told: Sequence[Line]) -> str:
    """WebVTT, in which "-->" and "<" have a meaning."""
    blocks = [f"{_clock(line.start, '.')} --> {_clock(line.end, '.')}\n{_safe(line.text)}\n" for line in told]
    return "\n".join(["WEBVTT\n", *blocks]) + ("\n" if blocks else "")


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, milliseconds = divmod(milliseconds, 1000)
    return f"{hours:02}:{minutes:02}:{whole:02}{point}{milliseconds:03}"
