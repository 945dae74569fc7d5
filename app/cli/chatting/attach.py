"""Text files that go along with a message."""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.kernel.errors import BadInput, NotFound, TooLarge

_BYTES_PER_CHARACTER: Final = 4
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file as it is put into a message."""

    name: str
    text: str


def read(path: Path, most: int) -> Attached:
    """The file. most: characters that it may have. Raises NotFound, BadInput (no text), TooLarge."""
    path = path.expanduser()
    try:
        data = _bytes(path, most * _BYTES_PER_CHARACTER + len(codecs.BOM_UTF8) + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise BadInput(f"{path} is a folder.") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    text = _text(data, path)
    if len(text) > most:
        raise TooLarge(
            f"{path.name} has more than the {most:,} characters that are left of a message.",
            hint="Attach a part of it, or raise SOLO_DIALOGUE__MAX_TEXT_CHARS.",
        )
    if not text.strip():
        raise BadInput(f"There is nothing in {path.name}.")
    return Attached(path.name, text)


def _bytes(path: Path, most: int) -> bytes:
    # A pipe would block at the opening, a device never end.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise BadInput(f"{path} is no file that can be read as a whole.")
        return file.read(most)


def _text(data: bytes, path: Path) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    wrong = BadInput(f"{path.name} is no text (it would have to be UTF-8).", hint="Attach text files.")
    try:
        # Not the last call: a character that the limit cuts in two is too much anyway.
        text = codecs.getincrementaldecoder(encoding)().decode(data, final=False)
    except UnicodeDecodeError:
        raise wrong from None
    odd = sum(1 for one in text if ord(one) < 32 and one not in "\n\r\t\f")
    if "\0" in text or odd > len(text) // 100:
        raise wrong
    return text.replace("\r\n", "\n")


def composed(words: str, files: Sequence[Attached]) -> str:
    """The message: what was typed, then each file under its name between fences that it does not hold."""
    return "\n\n".join([words, *(_fenced(file) for file in files)]) if files else words


def room(most: int, files: Sequence[Attached]) -> int:
    """Characters that are left for another file, a tenth kept for words."""
    return max(0, most - most // 10 - sum(len(_fenced(file)) for file in files))


def _fenced(file: Attached) -> str:
    longest = max((len(run) for run in re.findall(r"`+", file.text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"The file {_plain(file.name)}:\n{fence}\n{file.text.rstrip()}\n{fence}"


def _plain(name: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in name)
