"""The text of a speech as it grows: read ahead of the voice, handed out piece by piece.

Reading ahead matters twice: the writer is never held up by the loudspeaker, and what has come
meanwhile may be spoken in larger pieces.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import anyio

from app.kernel.errors import SoloError
from app.kernel.streams import Stream
from app.voice.tts.clauses import Clauses

MOST_WAITING: Final = 100_000
"""Characters read ahead; then the writer has to wait after all."""


class TextFeed:
    """One consumer iterates; `fill` runs beside it when the text comes from a stream."""

    def __init__(self, source: Stream[str] | None = None, language: str | None = None) -> None:
        self._source = source
        self._clauses = Clauses(language)
        self._over = False
        self._error: SoloError | None = None
        self._changed = asyncio.Event()
        self._scope = anyio.CancelScope()

    @classmethod
    def of(cls, text: str, language: str | None = None) -> TextFeed:
        """The feed of a text that is whole already."""
        feed = cls(language=language)
        feed._clauses.feed(text)
        feed._end()
        return feed

    async def fill(self) -> None:
        """Read the stream to its end. What breaks it is kept for `check`."""
        if self._source is None:
            return
        with self._scope:
            try:
                async for delta in self._source:
                    self._clauses.feed(delta)
                    self._wake()
                    while self._clauses.waiting > MOST_WAITING:
                        await self._wait()
            except SoloError as error:
                self._error = error
            finally:
                self._source.abandon()
                self._end()

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            if (piece := self._clauses.take()) is not None:
                self._wake()
                yield piece
            elif self._over:
                return
            else:
                await self._wait()

    def check(self) -> None:
        """Raise what broke the text off, after all that came has been spoken."""
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Read no further; idempotent."""
        self._scope.cancel()

    def _end(self) -> None:
        self._over = True
        self._clauses.end()
        self._wake()

    async def _wait(self) -> None:
        changed = self._changed
        await changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
