"""An answer on its way to the eye: as it comes, as Markdown that grows, or whole at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from app.cli.chatting.blocks import settled
from app.cli.chatting.paint import Painter
from app.cli.words import printable

if TYPE_CHECKING:
    from rich.console import Console

STOPPED = "…"
"""Stands behind an answer that was called off."""


class Shown(Protocol):
    """One answer."""

    def feed(self, piece: str, *, more: bool) -> None:
        """The next piece. more: another one is there already, so this one need not be shown yet."""
        ...

    def end(self, *, stopped: bool) -> None:
        """Nothing more comes."""
        ...


def shown(console: Console, *, stream: bool) -> Shown:
    """What suits the console: in a file or a pipe the text as it is, on a terminal Markdown."""
    lively = console.is_terminal and not console.is_dumb_terminal and not console.legacy_windows
    if not stream:
        return Whole(console, markdown=lively)
    return Growing(console) if lively else Plain(console.file.write, console.file.flush)


class Plain:
    """The text as it comes."""

    def __init__(self, write: Callable[[str], object], flush: Callable[[], object]) -> None:
        self._write = write
        self._flush = flush

    def feed(self, piece: str, *, more: bool) -> None:
        self._write(printable(piece))
        self._flush()

    def end(self, *, stopped: bool) -> None:
        self._write(f" {STOPPED}\n" if stopped else "\n")
        self._flush()


class Whole:
    """Nothing before all of it is there."""

    def __init__(self, console: Console, *, markdown: bool) -> None:
        self._console = console
        self._markdown = markdown
        self._text = ""

    def feed(self, piece: str, *, more: bool) -> None:
        self._text += printable(piece)

    def end(self, *, stopped: bool) -> None:
        text = f"{self._text} {STOPPED}" if stopped else self._text
        if self._markdown:
            self._console.file.write("".join(f"{line}\n" for line in rendered(text, self._console)))
        else:
            self._console.print(text, markup=False)
        self._console.file.flush()


class Growing:
    """Markdown: the block that is being written is written over, those before it stay."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._painter = Painter(console.file.write, lambda: console.height)
        self._text = ""
        self._blocks = 0

    def feed(self, piece: str, *, more: bool) -> None:
        self._text += printable(piece)
        if not more:
            self._show()

    def end(self, *, stopped: bool) -> None:
        self._text = self._text.rstrip() + (f" {STOPPED}" if stopped else "")
        self._show()
        self._painter.settle()
        self._console.file.flush()

    def _show(self) -> None:
        if cut := settled(self._text):
            self._paint(self._text[:cut])
            self._painter.settle()
            self._text = self._text[cut:]
            self._blocks += 1
        if self._text.strip():
            self._paint(self._text)
        self._console.file.flush()

    def _paint(self, text: str) -> None:
        lines = rendered(text, self._console)
        self._painter.show(["", *lines] if self._blocks else lines)


def rendered(text: str, console: Console) -> list[str]:
    """Markdown as lines for this terminal. Where a link leads is written out, not hidden."""
    from rich.markdown import Markdown

    with console.capture() as captured:
        made = Markdown(text, hyperlinks=False, code_theme="ansi_dark")
        # The last column stays free: what is written there makes some terminals begin a line.
        console.print(made, soft_wrap=False, width=max(20, console.width - 1))
    return [line.rstrip() for line in captured.get().rstrip("\n").split("\n")]
