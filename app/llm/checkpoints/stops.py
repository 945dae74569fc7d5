"""Texts that end an answer, wherever its pieces are cut.  Pure."""

from __future__ import annotations

from collections.abc import Iterable


class Stops:
    """Feed it pieces, tell what it returns; `met`: one of the texts has come, and nothing more is told."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = tuple(text for text in texts if text)
        self._held = ""
        self.met = False

    def feed(self, text: str) -> str:
        """What is certainly before any of them."""
        if self.met:
            return ""
        self._held += text
        ends = [at for stop in self._texts if (at := self._held.find(stop)) >= 0]
        if ends:
            self.met = True
            told, self._held = self._held[: min(ends)], ""
            return told
        keep = max((_ending(self._held, stop) for stop in self._texts), default=0)
        told, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return told

    def finish(self) -> str:
        """What was held back and began none of them after all."""
        told, self._held = self._held, ""
        return told


def _ending(text: str, stop: str) -> int:
    """How many of the first characters of `stop` the text ends with."""
    sizes = range(min(len(stop) - 1, len(text)), 0, -1)
    return next((size for size in sizes if text.endswith(stop[:size])), 0)
