"""How texts are gathered into batches for the embedding model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

TOKENS_PER_BATCH = 2048
"""Padded tokens of one call: more costs memory and makes a question wait behind passages."""


def batches(lengths: Sequence[int], most: int = TOKENS_PER_BATCH) -> Iterator[list[int]]:
    """Indexes of texts that go through the model together, texts of like length side by side.

    lengths: tokens of each text. A batch has at most `most` tokens once all are padded to its
    longest, and at least one text.
    """
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[index] > most:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
