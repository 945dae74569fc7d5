"""Answers on disk: a file for each, in a folder for each person, readable by this user alone.

Every call blocks.  Files appear whole or not at all (written beside, then renamed), so that a crash or a
second process leaves nothing half; what is damaged is taken away when it is met.  Losing files costs
nothing but asking the model again, so nothing here fails for want of them.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.llm.cache.entry import Entry, parsed
from app.llm.cache.key import KEY, shelf_of

LARGEST: Final = 1 << 20
"""Bytes of one answer."""
KEPT: Final = 0.9
"""The part of the bound that is left when the oldest are taken away."""
_ENDING: Final = ".json"
_UNFINISHED: Final = ".new"
_ABANDONED_SECONDS: Final = 600.0
"""After that nobody writes on at an unfinished file."""
_SKEW_SECONDS: Final = 3600.0
"""What was made later than that from now was made by a clock that was wrong."""
_CLOSED: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    size: int
    used: float


class Disk:
    """Answers under `folder`, at most `most` bytes, each good for `ttl` seconds."""

    def __init__(self, folder: Path, most: int, ttl: float) -> None:
        self.folder = folder
        self.most = most
        self._ttl = ttl

    def path(self, owner: str, key: str) -> Path:
        """Where an answer is, or would be."""
        return self.folder / shelf_of(owner) / f"{key}{_ENDING}"

    def read(self, owner: str, key: str, now: float) -> tuple[Entry, int] | None:
        """The answer and the size of its file. Takes away what is damaged or too old."""
        path = self.path(owner, key)
        try:
            data = _content(path)
        except OSError:
            return None
        entry = parsed(data, key) if data else None
        if entry is None or not self.good(entry, now):
            _remove(path)
            return None
        self.touch(owner, key, now)
        return entry, len(data)

    def good(self, entry: Entry, now: float) -> bool:
        """Whether it is not too old."""
        return -_SKEW_SECONDS <= now - entry.made_at <= self._ttl

    def touch(self, owner: str, key: str, now: float) -> bool:
        """It is used now; False when it is gone."""
        try:
            os.utime(self.path(owner, key), (now, now))
        except OSError:
            return False
        return True

    def write(self, owner: str, entry: Entry, data: bytes, mark: str, now: float) -> bool:
        """Keep it. mark: a fresh id. False when that cannot be: too large, no room, no right."""
        if len(data) > min(LARGEST, self.most):
            return False
        path = self.path(owner, entry.key)
        for _ in range(2):  # another process may take the folder away in between
            with contextlib.suppress(OSError):
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                path.parent.mkdir(exist_ok=True, mode=0o700)
                whole(path, data, mark)
                os.utime(path, (now, now))
                return True
        return False

    def clear(self, owner: str | None = None) -> int:
        """Take away one person's answers, or all; how many they were."""
        shelf = None if owner is None else shelf_of(owner)
        gone = 0
        for folder in self._shelves():
            if shelf in (None, folder.name):
                gone += sum(_remove(file.path) for file in _files(folder) if file.path.suffix == _ENDING)
                with contextlib.suppress(OSError):
                    folder.rmdir()
        return gone

    def size(self, owner: str | None = None) -> tuple[int, int]:
        """How many answers there are, and their bytes."""
        shelf = None if owner is None else shelf_of(owner)
        folders = (folder for folder in self._shelves() if shelf in (None, folder.name))
        files = [file for folder in folders for file in _files(folder) if file.path.suffix == _ENDING]
        return len(files), sum(file.size for file in files)

    def tidy(self, now: float) -> tuple[int, int]:
        """Keep to the bound: take away what is too old or was never finished, then what was used longest
        ago. What is left: answers, and their bytes."""
        kept: list[_File] = []
        for folder in self._shelves():
            for file in _files(folder):
                unfinished = file.path.suffix == _UNFINISHED
                if now - file.used > (_ABANDONED_SECONDS if unfinished else self._ttl):
                    _remove(file.path)
                elif not unfinished:
                    kept.append(file)
        total = sum(file.size for file in kept)
        if total > self.most:
            kept.sort(key=lambda file: file.used, reverse=True)
            while kept and total > self.most * KEPT:
                oldest = kept.pop()
                total -= oldest.size
                _remove(oldest.path)
        return len(kept), total

    def _shelves(self) -> Iterator[Path]:
        with contextlib.suppress(OSError), os.scandir(self.folder) as found:
            for one in found:
                if len(one.name) == 32 and one.is_dir(follow_symlinks=False):
                    yield Path(one.path)


def whole(path: Path, data: bytes, mark: str) -> None:
    """Write a file that is there whole or not at all, for this user alone. Raises OSError."""
    fresh = path.with_name(f"{path.stem}.{mark}{_UNFINISHED}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CLOSED, 0o600), "wb") as file:
            file.write(data)
        fresh.replace(path)
    except OSError:
        _remove(fresh)
        raise


def _content(path: Path) -> bytes:
    """All of a file, nothing of what is no plain one or too large. Raises OSError."""
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _CLOSED), "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST:
            return b""
        return file.read(LARGEST + 1)


def _files(folder: Path) -> Iterator[_File]:
    """What Solo put there, and nothing else."""
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for one in found:
            stem, _, ending = one.name.partition(".")
            if KEY.fullmatch(stem) and (ending == _ENDING[1:] or ending.endswith(_UNFINISHED)):
                with contextlib.suppress(OSError):
                    about = one.stat(follow_symlinks=False)
                    yield _File(Path(one.path), about.st_size, about.st_mtime)


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
