"""What was read of model files, kept so that it need not be read again.

One JSON file in the data folder, written beside and then put in its place, so that a crash leaves the
old or the new one.  One that is damaged, of another version, or absent costs a reading and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.llm.models.entry import Known

VERSION = 1
LARGEST = 64 << 20


def notes_file(data_dir: Path) -> Path:
    """Where they are kept."""
    return data_dir / "models.json"


def read_notes(file: Path | None) -> dict[str, Known]:
    """Path of a model file → what is known of it; empty for whatever is wrong."""
    if file is None:
        return {}
    try:
        if file.stat().st_size > LARGEST:
            return {}
        kept: Any = json.loads(file.read_text("utf-8"))
        if kept["version"] != VERSION:
            return {}
        return {str(path): Known.revived(plain) for path, plain in kept["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def write_notes(file: Path | None, known: Mapping[str, Known]) -> None:
    """Keep them. A folder that is not there or cannot be written is no failure."""
    if file is None or not file.parent.is_dir():
        return
    text = json.dumps(
        {"version": VERSION, "files": {path: one.plain() for path, one in known.items()}}, ensure_ascii=False
    )
    fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
    with contextlib.suppress(OSError):
        try:
            fresh.write_text(text, "utf-8")
            fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)
