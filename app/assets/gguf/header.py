"""What a GGUF says of itself, read without trusting it, and no further than is wanted.

GGUF (github.com/ggml-org/ggml, docs/gguf.md): magic, version, counts, key-value pairs, then a table of
tensors with their places; the data follow, aligned.  What a model is stands in the first few kilobytes;
then come the lists of its tokenizer, megabytes of short texts that can only be walked over one by one,
and behind those the chat template.  A quick look therefore ends at the first of these lists.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG
from typing import TypeAlias

from app.assets.gguf.cursor import ARRAY, SCALARS, STRING, WIDTHS, WINDOW, Cursor, Short, Wrong
from app.kernel.errors import BrokenFile, NotFound

MAGIC = 0x46554747
MOST_TENSORS = 100_000
MOST_PAIRS = 10_000
MOST_TEXTS = 2_000_000
"""In all lists together; the largest vocabularies with their merges have a million."""
MOST_NUMBERS = 1024
"""A list of numbers that is not longer is kept: the heads of every layer, for example."""
LONGEST_TEMPLATE = 1 << 20
TEMPLATE = "tokenizer.chat_template"
GLANCE = 16 << 10
"""Bytes that a quick look reads at a time."""
HINT = "Pull it again, or take another file: solo models list"

Value: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Header:
    """The pairs of a header, as far as they were read.

    values: single values, texts of up to 200 bytes and the chat templates. numbers: short lists of
    numbers. lengths: how long each list is. whole: all pairs were read.
    """

    version: int
    tensors: int
    pairs: int
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    numbers: dict[str, tuple[Value, ...]] = field(default_factory=dict[str, tuple[Value, ...]])
    lengths: dict[str, int] = field(default_factory=dict[str, int])
    whole: bool = False


@contextmanager
def opened(path: Path, window: int = WINDOW) -> Generator[tuple[Cursor, int]]:
    """A cursor at the beginning of a file and the file's length.

    Whatever is wrong with the file becomes NotFound or BrokenFile with a sentence.
    """
    try:
        if not S_ISREG(path.stat().st_mode):  # opening a pipe would wait for somebody to write into it
            raise BrokenFile(f"{path} cannot be read: it is not a file.")
        with path.open("rb", buffering=0) as file:
            size = file.seek(0, 2)
            yield Cursor(file, size, window), size
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", hint="See: solo models list") from None
    except Short:
        raise BrokenFile(f"{path} is cut short or damaged: its header does not end.", hint=HINT) from None
    except Wrong as error:
        raise BrokenFile(f"{path} {error}.", hint=HINT) from None
    except OSError as error:
        raise BrokenFile(f"{path} cannot be read: {error.strerror or error}.") from error


def read_header(path: Path) -> Header:
    """A quick look: everything before the lists of the tokenizer. Raises NotFound, BrokenFile.

    Reads some 16 KiB, whatever the size of the vocabulary, in a tenth of a millisecond.
    """
    with opened(path, GLANCE) as (cursor, size):
        return pairs(cursor, size, glance=True)


def read_texts(path: Path, key: str) -> list[str]:
    """A list of texts out of the header, the tokens of a vocabulary for example.

    Raises BrokenFile, and NotFound where there is no such list.
    """
    with opened(path) as (cursor, size):
        header = _begin(cursor, size)
        for _ in range(header.pairs):
            name, kind = cursor.beginning(), cursor.word()
            if name == key and kind == ARRAY:
                element, length = _list(cursor)
                if element == STRING:
                    return [cursor.beginning() for _ in range(length)]
                cursor.skip(length * WIDTHS[element])
            else:
                _value(cursor, name, kind, header)
    raise NotFound(f"{path} has no list {key}.")


def pairs(cursor: Cursor, size: int, *, glance: bool = False) -> Header:
    """The pairs, from the beginning of the file on; a glance ends at the lists of the tokenizer."""
    header = _begin(cursor, size)
    for _ in range(header.pairs):
        key, kind = cursor.beginning(), cursor.word()
        if key in header.values or key in header.lengths:
            raise Wrong("is damaged: it says something twice")
        if glance and kind == ARRAY and key.startswith("tokenizer."):
            header.lengths[key] = _list(cursor)[1]
            return header
        value = _value(cursor, key, kind, header)
        if value is not None:
            header.values[key] = value
    return Header(
        header.version, header.tensors, header.pairs, header.values, header.numbers, header.lengths, True
    )


def _begin(cursor: Cursor, size: int) -> Header:
    if size < 4 or cursor.word() != MAGIC:
        raise Wrong("is not a GGUF file")
    version = cursor.word()
    if version not in (2, 3):
        raise Wrong(f"is a GGUF of version {version}, which Solo does not know")
    tensors, count = cursor.count(), cursor.count()
    if tensors > MOST_TENSORS or count > MOST_PAIRS or not tensors + count:
        raise Wrong("is damaged: it claims an impossible number of parts")
    return Header(version, tensors, count)


def _value(cursor: Cursor, key: str, kind: int, header: Header) -> Value | None:
    """A single value; None for a list, whose length and perhaps numbers go into the header."""
    if kind in SCALARS:
        return cursor.number(kind)
    if kind == STRING:
        return cursor.text(LONGEST_TEMPLATE) if key.startswith(TEMPLATE) else cursor.text()
    if kind != ARRAY:
        raise Wrong("is damaged: a value has a type that does not exist")
    element, length = _list(cursor)
    header.lengths[key] = length
    if element == STRING:
        cursor.skip_texts(length)
    elif length <= MOST_NUMBERS:
        header.numbers[key] = cursor.numbers(element, length)
    else:
        cursor.skip(length * WIDTHS[element])
    return None


def _list(cursor: Cursor) -> tuple[int, int]:
    """Type and number of the elements of a list. A list of lists is refused."""
    element, length = cursor.word(), cursor.count()
    cursor.texts += length if element == STRING else 0
    if (element not in SCALARS and element != STRING) or cursor.texts > MOST_TEXTS:
        raise Wrong("is damaged: a list of it cannot be")
    return element, length
