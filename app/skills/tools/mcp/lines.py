"""Lines out of pieces of bytes, in bounded memory."""

from __future__ import annotations


class LineTooLong(ValueError):
    """A line was longer than the limit."""


class Lines:
    """Fed with what a program writes, gives its lines without their ends.

    longest: bytes; cut: of longer lines the beginning counts, else they raise LineTooLong.
    """

    def __init__(self, longest: int, *, cut: bool = False) -> None:
        self._longest = longest
        self._cut = cut
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, piece: bytes) -> list[bytes]:
        """The lines that this piece completes."""
        *ends, rest = piece.split(b"\n")
        found: list[bytes] = []
        for end in ends:
            self._keep(end)
            found.append(b"".join(self._parts).rstrip(b"\r"))
            self._parts, self._size = [], 0
        self._keep(rest)
        return found

    def _keep(self, part: bytes) -> None:
        room = self._longest - self._size
        if len(part) > room:
            if not self._cut:
                raise LineTooLong
            part = part[:room]
        if part:
            self._parts.append(part)
            self._size += len(part)
