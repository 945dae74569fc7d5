"""Is this a whole GGUF? A file cut in half has a perfect header, so the end of the last tensor is
worked out and compared with the length of the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.assets.gguf.header import HINT, Value
from app.assets.gguf.tensors import read_whole
from app.kernel.errors import BrokenFile


@dataclass(frozen=True, slots=True)
class GgufFacts:
    """What a header says. metadata: single values. data_end: bytes that the file must have at least."""

    version: int
    tensors: int
    data_end: int
    metadata: dict[str, Value]


def check_gguf(path: Path) -> GgufFacts:
    """Return what the header says, or raise NotFound or BrokenFile with a sentence.

    Passes over at most 64 MiB (the header alone: 6 MB for a vocabulary of 150,000) in well under a second.
    """
    header, tensors = read_whole(path)
    if not header.tensors and "split.count" not in header.values:
        raise BrokenFile(f"{path} has nothing in it: no tensor at all.", hint=HINT)
    return GgufFacts(header.version, header.tensors, tensors.end, header.values)
