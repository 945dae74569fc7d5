"""What the cache was good for, over all processes and starts: a small file beside the answers."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from app.llm.cache.disk import whole

_NAME: Final = "figures.json"
_LARGEST: Final = 4096


class Figures(BaseModel):
    """hits, misses: requests that were answered from it, and that were not; stored: answers that were put
    in; saved_ms: what the model took for the answers that were given again."""

    model_config = ConfigDict(extra="forbid")

    hits: int = 0
    misses: int = 0
    stored: int = 0
    saved_ms: float = 0.0

    def plus(self, other: Figures) -> Figures:
        """Both together."""
        return Figures(
            hits=self.hits + other.hits,
            misses=self.misses + other.misses,
            stored=self.stored + other.stored,
            saved_ms=self.saved_ms + other.saved_ms,
        )


def read(folder: Path) -> Figures:
    """Those of the folder; zeros where there are none, or none that can be read."""
    try:
        data = (folder / _NAME).read_bytes()
        return Figures.model_validate_json(data) if len(data) <= _LARGEST else Figures()
    except (OSError, ValidationError):
        return Figures()


def add(folder: Path, more: Figures, mark: str) -> bool:
    """Count these in; False when another process is counting just now, or it cannot be written."""
    with contextlib.suppress(OSError, Timeout):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder / ".lock", timeout=0, mode=0o600):
            whole(folder / _NAME, read(folder).plus(more).model_dump_json().encode(), mark)
            return True
    return False


def forget(folder: Path) -> None:
    """Begin at zero."""
    with contextlib.suppress(OSError):
        (folder / _NAME).unlink()
