"""What SQLite complains about, as Solo's errors."""

from __future__ import annotations

from pathlib import Path

from app.kernel.errors import BadSettings, BrokenFile, Busy, NoSpace, PermanentError, SoloError

_DAMAGED = ("malformed", "not a database", "file is encrypted", "disk i/o error", "unsupported file format")
_FULL = ("disk is full", "no space left")
_CLOSED = (
    "readonly database",
    "unable to open database file",
    "permission denied",
    "file exists",
    "not a directory",
)


def translate(error: BaseException, file: Path) -> SoloError:
    """The sentence for a failure of the database in `file`."""
    said = str(error).lower()
    if any(word in said for word in _FULL):
        return NoSpace(f"The disk that holds {file.parent} is full.", hint="Make room and try again.")
    if any(word in said for word in _DAMAGED):
        return BrokenFile(
            f"The database {file} is damaged.",
            hint="Put a backup in its place, or move it away and Solo begins a new one.",
        )
    if any(word in said for word in _CLOSED):
        return BadSettings(
            f"The data folder {file.parent} cannot be written.",
            hint="Give yourself the right to write there, or set SOLO_DATA_DIR to another folder.",
        )
    if "locked" in said or "busy" in said:
        return Busy(f"Another program holds the database {file}.", hint="Close it and try again.")
    return PermanentError(f"The database {file} failed: {error}.")
