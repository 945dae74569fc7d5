"""A place in the header of a GGUF that only moves forward, and never further than it may.

What is wanted is read in windows; what is not is passed over without being read.  Every byte counts
against the file's length and against LARGEST_HEADER, so a header that lies about its numbers costs
at most what an honest one of that size would.
"""

from __future__ import annotations

import struct
from typing import IO

LARGEST_HEADER = 64 << 20
LONGEST_KEPT = 200
WINDOW = 1 << 20
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""The types of single values, as `struct` calls them."""
WIDTHS = {kind: struct.calcsize(f"<{code}") for kind, code in SCALARS.items()}
STRING, ARRAY = 8, 9
_COUNT = struct.Struct("<Q")


class Short(Exception):
    """The file ends inside its header, or the header inside its limit."""


class Wrong(Exception):
    """Something in the header cannot be; the text completes a sentence that begins with the path."""


class Cursor:
    """See the module. size: of the file, in bytes. window: how much is read at a time."""

    def __init__(self, file: IO[bytes], size: int, window: int = WINDOW) -> None:
        self._file = file
        self._limit = min(size, LARGEST_HEADER)
        self._window = window
        self._data = b""
        self._base = 0
        self.at = 0
        self.texts = 0  # in the lists that were met so far

    def _need(self, count: int) -> int:
        """Have `count` bytes at hand; where they begin in the window. Moves on."""
        begin = self.at - self._base
        if begin + count > len(self._data):
            if self.at + count > self._limit:
                raise Short
            self._file.seek(self.at)
            self._data = self._file.read(max(self._window, count))
            self._base, begin = self.at, 0
            if count > len(self._data):
                raise Short
        self.at += count
        return begin

    def skip(self, count: int) -> None:
        """Move on without reading."""
        if self.at + count > self._limit:
            raise Short
        self.at += count

    def number(self, kind: int) -> int | float | bool:
        """One value of a type of SCALARS."""
        begin = self._need(WIDTHS[kind])
        return struct.unpack_from(f"<{SCALARS[kind]}", self._data, begin)[0]

    def word(self) -> int:
        """An unsigned 32-bit number."""
        return int(self.number(4))

    def count(self) -> int:
        """An unsigned 64-bit number."""
        begin = self._need(8)
        return int(_COUNT.unpack_from(self._data, begin)[0])

    def numbers(self, kind: int, length: int) -> tuple[int | float | bool, ...]:
        """A short list of them."""
        begin = self._need(length * WIDTHS[kind])
        return struct.unpack_from(f"<{length}{SCALARS[kind]}", self._data, begin)

    def text(self, most: int = LONGEST_KEPT) -> str | None:
        """A text with its length before it; None for one of more bytes than `most`, which is passed over."""
        length = self.count()
        if length > most:
            self.skip(length)
            return None
        begin = self._need(length)
        return self._data[begin : begin + length].decode("utf-8", "replace")

    def beginning(self) -> str:
        """A text, of which only the beginning is kept."""
        length = self.count()
        end = self.at + length
        begin = self._need(min(length, LONGEST_KEPT))
        if end > self._limit:
            raise Short
        self.at = end
        return self._data[begin : begin + min(length, LONGEST_KEPT)].decode("utf-8", "replace")

    def skip_texts(self, count: int) -> None:
        """Pass over texts, of which a vocabulary has hundreds of thousands: hence the short loop."""
        if self.at + 8 * count > self._limit:
            raise Short
        unpack = _COUNT.unpack_from
        data, at = self._data, self.at - self._base
        last = len(data) - 8
        for _ in range(count):
            if at > last:
                self.at = self._base + at
                self._need(8)
                self.at -= 8
                data, at = self._data, self.at - self._base
                last = len(data) - 8
            at += 8 + unpack(data, at)[0]
        self.at = self._base + at
        self.skip(0)
