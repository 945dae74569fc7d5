"""Looking for model files in folders: names, sizes and times, nothing is read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISREG

from app.llm.models.entry import Stamp

DEEPEST = 6
MOST_FILES = 20_000


def stamps(folders: Iterable[Path]) -> dict[Path, Stamp]:
    """Every .gguf below the folders, each file once, in the order of the folders.

    A folder that is absent or may not be read is as good as empty; hidden ones, where pulls are under
    way, are left out, and so is what is not a plain file.
    """
    found: dict[Path, Stamp] = {}
    seen: set[tuple[int, int]] = set()
    for folder in folders:
        for path, status in _below(str(folder), DEEPEST):
            identity = (status.st_dev, status.st_ino)
            if status.st_ino and identity in seen:
                continue
            seen.add(identity)
            found[Path(path)] = (status.st_size, status.st_mtime_ns)
            if len(found) >= MOST_FILES:
                return found
    return found


def _below(folder: str, deeper: int) -> Iterator[tuple[str, os.stat_result]]:
    try:
        with os.scandir(folder) as listed:
            items = sorted(listed, key=lambda item: item.name)
    except OSError:
        return
    for item in items:
        if item.name.startswith("."):
            continue
        try:
            if item.is_dir(follow_symlinks=False):
                if deeper:
                    yield from _below(item.path, deeper - 1)
            elif item.name.lower().endswith(".gguf"):
                status = Path(item.path).stat()  # of what a link leads to
                if S_ISREG(status.st_mode):
                    yield item.path, status
        except OSError:
            continue
