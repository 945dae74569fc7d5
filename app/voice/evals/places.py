"""Where the sounds of a conversation test may lie: beside its file, or in folders that the person
named, and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from app.kernel.errors import BadInput

LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a sound file."""


def find_sound(name: str, folders: Sequence[Path]) -> Path:
    """The file of that name in the first of the folders that has it.

    Raises BadInput for what is absolute, leads out of its folder (links that do so, too), is missing,
    too large, or no file; the sentence begins with the name.
    """
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    if posix.is_absolute() or windows.is_absolute() or windows.drive or windows.root or "\0" in name:
        raise BadInput(f"{name!r} is not relative; a sound lies beside its conversation test.")
    if ".." in posix.parts or ".." in windows.parts:
        raise BadInput(f"{name!r} leads out of the folder of its conversation test.")
    for folder in folders:
        found = _inside(folder, name)
        if found is not None:
            return found
    places = ", ".join(str(folder) for folder in folders)
    raise BadInput(f"{name!r} is not there (looked in {places}).")


def _inside(folder: Path, name: str) -> Path | None:
    root = Path(os.path.realpath(folder))
    path = Path(os.path.realpath(root / name))
    if not path.exists():
        return None
    if not path.is_relative_to(root):
        raise BadInput(f"{name!r} leads out of the folder of its conversation test.")
    if not path.is_file():
        raise BadInput(f"{name!r} is no file.")
    if path.stat().st_size > LARGEST:
        raise BadInput(f"{name!r} is larger than {LARGEST // 1024 // 1024} MiB.")
    return path
