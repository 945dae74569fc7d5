"""Which file a model is, told by what is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

SAMPLES: Final = 64
SAMPLE_BYTES: Final = 64 << 10
HEAD_BYTES: Final = 8 << 20


def identity(path: Path) -> str:
    """A hash of the file: of its size, its beginning with all of a usual header (where template and
    vocabulary are), its end, and 64 places between, so that it takes milliseconds for any size. Two
    trainings of one model differ everywhere; copies are the same.

    Reads the disk: call it in a thread, once for each file. Raises OSError.
    """
    size = path.stat().st_size
    hashed = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        hashed.update(file.read(HEAD_BYTES))
        for number in range(1, SAMPLES + 1):
            file.seek(max(0, (size - SAMPLE_BYTES) * number // SAMPLES))
            hashed.update(file.read(SAMPLE_BYTES))
    return f"file:{hashed.hexdigest()}"


def identity_of_all(paths: Iterable[Path]) -> str:
    """The same for a model of several files, each by its name. Raises OSError."""
    hashed = hashlib.sha256()
    for path in paths:
        hashed.update(f"{path.name}\0{identity(path)}\0".encode())
    return f"files:{hashed.hexdigest()}"
