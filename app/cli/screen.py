"""A terminal on which a talk is followed: a line for each happening, and in the last line the words
that are being said, written over again and again.

Where nobody sees it being written (a file, a pipe, a terminal that cannot go back) there are only the
lines that stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from app.cli.happenings import friendly_line
from app.events.voice import AttentionEvent, NoSpeechEvent, PartialTranscriptEvent, STTEvent

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from app.events.base import Event

WHO: Final = "You   "
CUT: Final = "… "
NARROW: Final = 20
"""Columns: where there are fewer nothing can be read."""
_ERASE: Final = Control((ControlType.CARRIAGE_RETURN), (ControlType.ERASE_IN_LINE, 2))


class Screen:
    """See the module. Call `close` at the end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lively = console.is_terminal and not console.is_dumb_terminal
        self._begun = False
        """There is a line that does not stay."""

    def show(self, event: Event) -> None:
        """What this looks like, if it looks like anything."""
        if isinstance(event, PartialTranscriptEvent):
            self._write(event)
        elif (line := friendly_line(event)) is not None:
            self.print(line)
        elif _ends_the_words(event):
            self.close()

    def print(self, what: RenderableType) -> None:
        """Lines that stay."""
        self.close()
        self._console.print(what)

    def close(self) -> None:
        """Take away what does not stay; idempotent."""
        if self._begun:
            self._begun = False
            self._console.control(_ERASE)

    def _write(self, said: PartialTranscriptEvent) -> None:
        width = self._console.width
        if not self._lively or width < NARROW:
            return
        self._console.control(_ERASE)
        self._begun = True
        self._console.print(words_so_far(said, width - 1), end="")


def _ends_the_words(event: Event) -> bool:
    ended = isinstance(event, AttentionEvent) and event.state in ("asleep", "listening", "speaking")
    return ended or isinstance(event, STTEvent | NoSpeechEvent)


def words_so_far(said: PartialTranscriptEvent, width: int) -> Text:
    """In one line of so many columns: what may still change is dim, and the last words are what counts."""
    sure, rest = " ".join(said.sure.split()), " ".join(said.rest.split())
    words = Text.assemble(sure, " " if sure and rest else "", (rest, "dim"))
    room = width - len(WHO)
    if words.cell_len > room:
        words = Text.assemble((CUT, "dim"), _tail(words, room - len(CUT)))
    return Text.assemble((WHO, "bold cyan"), words)


def _tail(words: Text, columns: int) -> Text:
    start = len(words.plain)
    while start and cell_len(words.plain[start - 1 :]) <= columns:
        start -= 1
    return words[start:]
