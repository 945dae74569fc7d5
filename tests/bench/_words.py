"""When each word of a text sounds, found with all that can be known: for judging what Solo believes.

Every word is given to the phonemizer alone, and the sounds that come out, one word behind the other, are
laid beside the sounds that the voice really made, one by one (Needleman and Wunsch, 1970).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from app.voice.tts.speakable import speakable
from app.voice.turn.wordtimes import words_in

SILENT: Final = frozenset("\u02c8\u02cc\u02d0.,;:!?^$_ \u0329\u0361\u02b2")


@dataclass(frozen=True)
class Sound:
    """One sound as the voice made it, in milliseconds."""

    sign: str
    start: float
    end: float


@cache
def _phonemizer() -> Any:
    from piper.phonemize_espeak import ESPEAK_DATA_DIR, EspeakPhonemizer

    return EspeakPhonemizer(ESPEAK_DATA_DIR)


@cache
def alone(word: str) -> str:
    """The sounds of a word that stands for itself."""
    spoken = speakable(word)
    parts: list[list[str]] = _phonemizer().phonemize("en-us", spoken) if spoken else []
    return "".join(sign for part in parts for sign in part if sign not in SILENT)


def true_times(text: str, sounds: Sequence[Sound]) -> list[tuple[float, float]]:
    """For each word of the text when it begins and ends."""
    made = [sound for sound in sounds if sound.sign not in SILENT]
    expected = [(number, sign) for number, (a, b) in enumerate(words_in(text)) for sign in alone(text[a:b])]
    mine: dict[int, list[Sound]] = {}
    for at, sound in zip(_beside([sign for _, sign in expected], [s.sign for s in made]), made, strict=True):
        if at is not None:
            mine.setdefault(expected[at][0], []).append(sound)
    found, before = list[tuple[float, float]](), 0.0
    for number in range(len(words_in(text))):
        here = mine.get(number)
        found.append((here[0].start, here[-1].end) if here else (before, before))
        before = found[-1][1]
    return found


def _beside(expected: Sequence[str], made: Sequence[str]) -> list[int | None]:
    """For each sound that was made, which of the expected ones it is."""
    rows, columns = len(expected), len(made)
    cost = [[float(i + j) if not i * j else 0.0 for j in range(columns + 1)] for i in range(rows + 1)]
    for i in range(1, rows + 1):
        for j in range(1, columns + 1):
            other = cost[i - 1][j - 1] + (0.0 if expected[i - 1] == made[j - 1] else 0.9)
            cost[i][j] = min(other, cost[i - 1][j] + 1, cost[i][j - 1] + 1)
    found: list[int | None] = [None] * columns
    i, j = rows, columns
    while i and j:
        if cost[i][j] == cost[i - 1][j - 1] + (0.0 if expected[i - 1] == made[j - 1] else 0.9):
            i, j = i - 1, j - 1
            found[j] = i
        elif cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
            found[j] = i - 1 if i else 0
    return found


def within(sounds: str, start: float, end: float) -> list[Sound]:
    """The sounds of a spoken word of which only beginning and end are known: all equally long."""
    bare = [sign for sign in sounds if sign not in SILENT]
    step = (end - start) / max(1, len(bare))
    return [Sound(sign, start + n * step, start + (n + 1) * step) for n, sign in enumerate(bare)]


def count(times: Sequence[tuple[float, float]], at: float) -> int:
    """Words of which more than half had sounded by then, up to the first that had not."""
    return next((n for n, (start, end) in enumerate(times) if at <= (start + end) / 2), len(times))
