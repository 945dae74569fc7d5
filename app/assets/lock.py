"""One process at a time fetches a model: a lock file that dies with its process."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.kernel.errors import Busy

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def only_one(path: Path, what: str) -> Generator[None]:
    """Hold the lock file at `path`; Busy when another process holds it."""
    with path.open("wb") as file:
        try:
            _take(file)
        except OSError:
            raise Busy(
                f"Another Solo is pulling {what} just now.", hint="Wait until it has finished."
            ) from None
        yield
