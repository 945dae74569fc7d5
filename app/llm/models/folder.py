"""Looking for model files in folders: names, sizes and times, nothing is read.

A checkpoint is a folder with a config.json and safetensors, or the pickles that Solo does not open.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from stat import S_ISREG

from app.llm.checkpoints.folder import CONFIG, PICKLED
from app.llm.models.entry import Stamp

DEEPEST = 6
MOST_FILES = 20_000
NUMBERS = "model*.safetensors"
SMALL = (".json", ".jinja", ".md")
"""What may stand in a checkpoint beside its numbers, and tells of it."""

_Seen = tuple[str, tuple[int, int], Stamp]
"""A path, the file that it is (device and number), and its stamp."""


def stamps(folders: Iterable[Path]) -> dict[Path, Stamp]:
    """Every .gguf and every part of a checkpoint below the folders, each once, in the order of the folders.

    A folder that is absent or may not be read is as good as empty; hidden ones, where pulls are under
    way, are left out, and so is what is not a plain file.
    """
    found: dict[Path, Stamp] = {}
    seen: set[tuple[int, int]] = set()
    for folder in folders:
        for path, identity, stamp in _below(str(folder), DEEPEST):
            if identity[1] and identity in seen:
                continue
            seen.add(identity)
            found[Path(path)] = stamp
            if len(found) >= MOST_FILES:
                return found
    return found


def checkpoint_stamps(folder: Path) -> dict[Path, Stamp]:
    """Of the parts of one checkpoint, its config first; empty where there is none."""
    return {Path(path): stamp for path, _, stamp in _checkpoint(_listed(str(folder)))}


def _below(folder: str, deeper: int) -> Iterator[_Seen]:
    items = _listed(folder)
    yield from _checkpoint(items)
    for item in items:
        try:
            if item.is_dir(follow_symlinks=False):
                if deeper:
                    yield from _below(item.path, deeper - 1)
            elif item.name.lower().endswith(".gguf") and (seen := _seen(item)):
                yield seen
        except OSError:
            continue


def _listed(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as listed:
            found = sorted(listed, key=lambda item: item.name)
    except OSError:
        return []
    return [item for item in found if not item.name.startswith(".")]


def _checkpoint(items: list[os.DirEntry[str]]) -> Iterator[_Seen]:
    """The config and the numbers of the checkpoint that these files are, if they are one. What stands in the
    config's name tells of all its small files: whichever of them changes, it is looked at anew."""
    names = [item.name for item in items]
    if CONFIG not in names:
        return
    numbers = [item for item in items if fnmatch(item.name, NUMBERS)]
    if not numbers and not any(fnmatch(name, pattern) for name in names for pattern in PICKLED):
        return
    small = [seen for item in items if item.name.endswith(SMALL) and (seen := _seen(item))]
    config = next((seen for seen in small if Path(seen[0]).name == CONFIG), None)
    if config is None:
        return
    stamp = sum(size for _, _, (size, _) in small), max(changed for _, _, (_, changed) in small)
    yield config[0], config[1], stamp
    yield from filter(None, map(_seen, numbers))


def _seen(item: os.DirEntry[str]) -> _Seen | None:
    """None for what is not a plain file."""
    try:
        status = Path(item.path).stat()  # of what a link leads to
    except OSError:
        return None
    if not S_ISREG(status.st_mode):
        return None
    return item.path, (status.st_dev, status.st_ino), (status.st_size, status.st_mtime_ns)
