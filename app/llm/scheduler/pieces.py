"""A long prompt of background work, read piece by piece, each the beginning of the whole and a bit more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


class Pieces:
    """Remembers what each slot has read so, lest it be read again (or cut) when the work goes on."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._read: dict[int, list[int]] = {}

    def plan(self, slot: int, prompt: Sequence[int]) -> Iterator[list[int]]:
        """What to read before the whole prompt, which comes last and is no longer than a piece by then.

        An empty prompt says that somebody else uses the slot. Whoever asks for the next piece has
        read the last one.
        """
        begin = common(self._read.pop(slot, []), prompt)
        if prompt:
            self._read[slot] = list(prompt[:begin])
        return self._plan(slot, list(prompt), begin)

    def _plan(self, slot: int, prompt: list[int], begin: int) -> Iterator[list[int]]:
        for end in range(begin + self._size, len(prompt), self._size):
            yield prompt[:end]
            self._read[slot] = prompt[:end]
        if prompt:
            self._read[slot] = prompt


def common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with."""
    same = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        same += 1
    return same
