"""What a person has typed, kept in a file that only they can read, for the arrow keys and Ctrl+R."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from prompt_toolkit.history import History

MOST: Final = 2_000
"""Entries that are kept."""
LARGEST: Final = 8_000_000
"""Bytes that are read at most."""


def history_file(data_dir: Path, owner: str) -> Path:
    """Where the lines of a person stand."""
    return data_dir / "chat" / f"{owner}.history"


class TypedLines(History):
    """One JSON string for each line of the file, oldest first. A file that cannot be used does no harm."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def load_history_strings(self) -> Iterable[str]:
        """The newest first, as prompt-toolkit wants them."""
        return reversed(self._read())

    def store_string(self, string: str) -> None:
        """Add one, and now and then drop the oldest."""
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
            with os.fdopen(os.open(self._file, flags, 0o600), "a", encoding="utf-8") as file:
                file.write(json.dumps(string) + "\n")
            if self._file.stat().st_size > LARGEST // 2 or len(self.get_strings()) > 2 * MOST:
                self._write(self._read()[-MOST:])
        except OSError:
            return

    def forget(self, texts: Collection[str]) -> None:
        """Take these out, from the file too."""
        gone = {text.strip() for text in texts}
        lines = self._read()
        kept = [line for line in lines if line.strip() not in gone]
        if len(kept) < len(lines):
            self._write(kept)
        self._loaded_strings = [line for line in self._loaded_strings if line.strip() not in gone]

    def _read(self) -> list[str]:
        try:
            with self._file.open("rb") as file:
                data = file.read(LARGEST)
        except OSError:
            return []
        return [text for line in data.splitlines() if (text := _string(line)) is not None]

    def _write(self, lines: Collection[str]) -> None:
        draft = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        draft.replace(self._file)


def _string(line: bytes) -> str | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, str) else None
