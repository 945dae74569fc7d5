"""Room on the disk: asked for before anything is fetched, and recognised when it runs out."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from app.kernel.errors import NoSpace

MARGIN_BYTES = 64 << 20
"""Left free on purpose: a disk that is full to the last byte breaks other programs."""
_FULL = {errno.ENOSPC, errno.EDQUOT}
_WINDOWS_DISK_FULL = 112


def is_full(error: OSError) -> bool:
    """Whether this failure means that the disk, or one's share of it, is full."""
    return error.errno in _FULL or getattr(error, "winerror", None) == _WINDOWS_DISK_FULL


def human(size: float) -> str:
    """Bytes for people: 98 MB, 1.1 GB (decimal, as disks are sold)."""
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    if size >= 1e6:
        return f"{size / 1e6:.0f} MB"
    return f"{size / 1e3:.0f} kB"


def free_bytes(folder: Path) -> int:
    """Free bytes where `folder` is, or would be made."""
    folder = folder.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def require(folder: Path, needed: int, what: str) -> None:
    """NoSpace unless `needed` bytes and a margin are free there."""
    free = free_bytes(folder)
    if needed and free < needed + MARGIN_BYTES:
        raise NoSpace(
            f"There is not enough room for {what}: {human(needed + MARGIN_BYTES)} are needed in {folder}, "
            f"{human(free)} are free.",
            hint="Free some, or set SOLO_MODELS_DIR to a folder on another disk.",
        )


def full(folder: Path) -> NoSpace:
    """The failure for a disk that ran full on the way."""
    return NoSpace(
        f"The disk that holds {folder} is full; nothing half-finished was installed.",
        hint="Free some room and pull again: it goes on where it stopped.",
    )
