"""What of words that are heard while they are spoken will stay.

A recognizer changes its mind about the last words as long as the sound goes on; what it says twice
in a row, from the front, it seldom takes back.

A rule file: transcripts in, words out.
"""

from __future__ import annotations

from app.voice.turn.phrases import words_of


class Stable:
    """The words of one turn so far. Feed it the transcripts; `sure` only grows."""

    def __init__(self) -> None:
        self.sure: tuple[str, ...] = ()
        """What the last two transcripts agreed on, or two before them."""
        self.rest: tuple[str, ...] = ()
        """What the last transcript has behind it."""
        self._last: tuple[str, ...] = ()

    def feed(self, transcript: str) -> None:
        """The next transcript of all that was said."""
        words = tuple(transcript.split())
        agreed = _same(words, self._last)
        if agreed > len(self.sure):
            self.sure = words[:agreed]
        self.rest, self._last = words[len(self.sure) :], words

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join((*self.sure, *self.rest))


def _same(words: tuple[str, ...], others: tuple[str, ...]) -> int:
    """How many words they begin with alike, whatever their case and punctuation."""
    count = 0
    for word, other in zip(words, others, strict=False):
        if words_of(word) != words_of(other):
            break
        count += 1
    return count
