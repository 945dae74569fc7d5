"""Is this a whole GGUF? Read from its header, without trusting it.

GGUF (github.com/ggml-org/ggml, docs/gguf.md): magic, version, counts, key-value pairs, then a table of
tensors with their places; the data follow, aligned.  A file cut in half has a perfect header, so the
end of the last tensor is worked out and compared with the length of the file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from app.kernel.errors import BrokenFile, NotFound

LARGEST_HEADER = 64 << 20
MOST_TENSORS = 100_000
MOST_PAIRS = 10_000
MOST_STRINGS = 4_000_000
LONGEST_KEPT = 200
_READ = 4 << 20
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
# Type of tensor → (values in a block, bytes of a block). A type that is not here is not measured.
_BLOCKS = {
    0: (1, 4),
    1: (1, 2),
    2: (32, 18),
    3: (32, 20),
    6: (32, 22),
    7: (32, 24),
    8: (32, 34),
    9: (32, 36),
    10: (256, 84),
    11: (256, 110),
    12: (256, 144),
    13: (256, 176),
    14: (256, 210),
    15: (256, 292),
    16: (256, 66),
    17: (256, 74),
    18: (256, 98),
    19: (256, 50),
    20: (32, 18),
    21: (256, 110),
    22: (256, 82),
    23: (256, 136),
    24: (1, 1),
    25: (1, 2),
    26: (1, 4),
    27: (1, 8),
    28: (1, 8),
    29: (256, 56),
    30: (1, 2),
    34: (256, 54),
    35: (256, 66),
    39: (32, 17),
}


@dataclass(frozen=True, slots=True)
class GgufFacts:
    """What a header says. metadata: scalars and texts of up to 200 characters. data_end: bytes that
    the file must have at least."""

    version: int
    tensors: int
    data_end: int
    metadata: dict[str, str | int | float | bool] = field(
        default_factory=dict[str, "str | int | float | bool"]
    )


class _Short(Exception):
    """The file ends inside its header, or the header inside its limit."""


class _Reader:
    """A cursor over the header that reads on as needed, up to a limit."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._data = bytearray()
        self.at = 0

    def need(self, count: int) -> int:
        """Have `count` bytes at the cursor; returns where they begin and moves on."""
        begin, end = self.at, self.at + count
        if end > LARGEST_HEADER:
            raise _Short
        if end > len(self._data):
            self._data += self._file.read(max(_READ, end - len(self._data)))
            if end > len(self._data):
                raise _Short
        self.at = end
        return begin

    def number(self, code: str) -> int | float | bool:
        """One little-endian value of a `struct` code."""
        begin = self.need(struct.calcsize(f"<{code}"))
        return struct.unpack_from(f"<{code}", self._data, begin)[0]

    def count(self) -> int:
        """An unsigned 64-bit number."""
        return int(self.number("Q"))

    def string(self) -> str:
        """A text with its length before it; only the beginning of a long one is decoded."""
        length = self.count()
        begin = self.need(length)
        return self._data[begin : begin + min(length, LONGEST_KEPT + 1)].decode("utf-8", "replace")

    def skip_strings(self, count: int) -> None:
        """Pass over texts, of which a vocabulary has hundreds of thousands: hence the short loop."""
        unpack, at = struct.Struct("<Q").unpack_from, self.at
        for _ in range(count):
            if at + 8 > len(self._data):
                self.at = at
                self.need(8)
            at += 8 + unpack(self._data, at)[0]
            if at > LARGEST_HEADER:
                raise _Short
        self.at = at
        self.need(0)


def check_gguf(path: Path) -> GgufFacts:
    """Return what the header says, or raise NotFound or BrokenFile with a sentence.

    Reads at most 64 MiB (the header alone: 6 MB for a vocabulary of 150,000) in well under a second.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            return _check(_Reader(file), size)
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", hint="See: solo models list") from None
    except _Short:
        raise BrokenFile(f"{path} is cut short or damaged: its header does not end.", hint=_HINT) from None
    except _Wrong as error:
        raise BrokenFile(f"{path} {error}.", hint=_HINT) from None
    except OSError as error:
        raise BrokenFile(f"{path} cannot be read: {error.strerror or error}.") from error


_HINT = "Pull it again, or take another file: solo models list"


class _Wrong(Exception):
    """Something in the header cannot be; the text completes a sentence that begins with the path."""


def _check(reader: _Reader, size: int) -> GgufFacts:
    if size < 4 or reader.number("I") != 0x46554747:
        raise _Wrong("is not a GGUF file")
    version = int(reader.number("I"))
    if version not in (2, 3):
        raise _Wrong(f"is a GGUF of version {version}, which Solo does not know")
    tensors, pairs = reader.count(), reader.count()
    if not 0 < tensors <= MOST_TENSORS or pairs > MOST_PAIRS:
        raise _Wrong("is damaged: it claims an impossible number of parts")
    metadata: dict[str, str | int | float | bool] = {}
    for _ in range(pairs):
        key = reader.string()
        value = _value(reader, int(reader.number("I")))
        if value is not None:
            metadata[key] = value
    ends = [_tensor(reader) for _ in range(tensors)]
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20:
        raise _Wrong("is damaged: its alignment is impossible")
    begin = -(-reader.at // alignment) * alignment
    end = begin + max(ends)
    if size < end:
        raise _Wrong(f"is cut short: it has {size:,} bytes, and its tensors end at {end:,}")
    return GgufFacts(version, tensors, end, metadata)


def _value(reader: _Reader, kind: int) -> str | int | float | bool | None:
    if kind in _SCALARS:
        return reader.number(_SCALARS[kind])
    if kind == _STRING:
        text = reader.string()
        return text if len(text) <= LONGEST_KEPT else None
    if kind != _ARRAY:
        raise _Wrong("is damaged: a value has a type that does not exist")
    element, length = int(reader.number("I")), reader.count()
    if element in _SCALARS:
        reader.need(length * struct.calcsize(f"<{_SCALARS[element]}"))
    elif element == _STRING and length <= MOST_STRINGS:
        reader.skip_strings(length)
    else:
        raise _Wrong("is damaged: a list of it cannot be")
    return None


def _tensor(reader: _Reader) -> int:
    """Where its data end, counted from where all data begin."""
    reader.string()
    dimensions = int(reader.number("I"))
    if not 0 < dimensions <= 8:
        raise _Wrong("is damaged: a tensor has an impossible shape")
    values = 1
    for _ in range(dimensions):
        values *= reader.count()
    kind, offset = int(reader.number("I")), reader.count()
    block, width = _BLOCKS.get(kind, (1, 0))
    return offset + -(-values // block) * width
