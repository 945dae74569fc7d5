"""From the lengths of sounds to words: where each begins and ends in the speech.

A rule file: numbers in, words out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from app.events.voice import SpokenWord

_ENDS: Final = frozenset(".,;:!?")
_PAD: Final = "_"
_EDGES: Final = ("^", "$", "")
"""What Piper puts between sounds, and at the beginning and the end."""


def spoken_words(
    ids: Sequence[int], samples: Sequence[float], sounds: Mapping[int, str]
) -> tuple[SpokenWord, ...]:
    """From so many samples for each sound to words. sounds: by id."""
    words, word, start, end, at = list[SpokenWord](), "", 0, 0, 0
    for id_, length in zip(ids, samples, strict=False):
        sound = sounds.get(id_, "")
        before, at = at, at + int(length)
        if sound == " ":
            words += [SpokenWord(word, start, end)] if word else []
            word = ""
        elif sound in _ENDS:
            word += sound
        elif sound == _PAD:
            end = at if word and word[-1] not in _ENDS else end
        elif sound not in _EDGES:
            start, end, word = (start if word else before), at, word + sound
    return (*words, SpokenWord(word, start, end)) if word else tuple(words)


def moved(words: Iterable[SpokenWord], by: int) -> tuple[SpokenWord, ...]:
    """The same, so many samples later."""
    return tuple(SpokenWord(word.sounds, word.start + by, word.end + by) for word in words)
