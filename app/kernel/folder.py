"""One process owns the data folder."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from app.kernel.errors import Busy, Forbidden


def run_folder(data_dir: Path) -> Path:
    """Where what lives as long as a process is kept: lock, token, address."""
    return data_dir / "run"


@contextmanager
def owned(data_dir: Path) -> Generator[None]:
    """Hold the lock of the data folder, making the folder (0700) if need be.

    The lock is the operating system's: a process that was killed holds nothing. Raises Busy with
    the number of the process that has it, Forbidden when the folder cannot be written.
    """
    folder = run_folder(data_dir)
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
        lock = FileLock(folder / "lock", timeout=0, mode=0o600)
        lock.acquire()
    except Timeout:
        raise Busy(
            f"Another Solo (process {_holder(folder)}) is using {data_dir}.",
            hint="Talk to that one, stop it, or choose another folder with --data-dir.",
        ) from None
    except OSError as error:
        raise Forbidden(f"The data folder {data_dir} cannot be used: {error.strerror}.") from error
    try:
        (folder / "pid").write_text(str(os.getpid()))
        yield
    finally:
        with contextlib.suppress(OSError):
            (folder / "pid").unlink(missing_ok=True)
        lock.release()


def _holder(folder: Path) -> str:
    try:
        return (folder / "pid").read_text().strip() or "unknown"
    except OSError:
        return "unknown"
