"""The last lines of a terminal, changed in place: only what differs is written anew, so nothing flickers.

What has scrolled out of sight cannot be reached any more and stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

UP: Final = "\x1b[{}A"
REST_OF_LINE: Final = "\x1b[K"
REST_OF_SCREEN: Final = "\x1b[J"


class Painter:
    """write: gets what steers the terminal; height: how many lines it has now."""

    def __init__(self, write: Callable[[str], object], height: Callable[[], int]) -> None:
        self._write = write
        self._height = height
        self._lines: list[str] = []

    def show(self, lines: Sequence[str]) -> None:
        """These stand there instead of what `show` wrote last; no line may be wider than the screen."""
        old, new = self._lines, list(lines) or [""]
        first = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), None)
        if first is None:
            if len(old) == len(new):
                return
            first = len(old) if len(old) < len(new) else len(new) - 1
        first = max(first, len(old) - max(1, self._height() - 1))  # the top of the screen
        if first < len(new):
            self._write(change(len(old), new, first))
            self._lines = [*old[:first], *new[first:]]

    def settle(self) -> None:
        """What stands there stays; the next thing is written below."""
        if self._lines:
            self._write("\n")
        self._lines = []


def change(count: int, new: Sequence[str], first: int) -> str:
    """What turns `count` lines, in the last of which the cursor stands, into `new` from `first` on."""
    parts: list[str] = []
    if first >= count:
        parts.append("\n" if count else "")
    elif (up := count - 1 - first) > 0:
        parts.append(UP.format(up))
    body = "\n".join(f"\r{line}{REST_OF_LINE}" for line in new[first:])
    return "".join((*parts, body, REST_OF_SCREEN if count > len(new) else ""))
