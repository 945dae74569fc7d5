"""Takes out of what a model writes what is not meant for people, while it is still writing: the marks of
chat templates, its thoughts, and the prompt where it repeats it.

A mark that ends a message ends the answer.  A thought is dropped; in the middle of an answer, where the
same letters may be meant (between backticks they always are), it comes back if it never ends.  At the
beginning a leading "assistant:", the end of the prompt and the person's own line are dropped.  Only what
could still become one of these is held back, and how the text comes in pieces makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from app.events.llm import ChatMessage
from app.llm.marks import ASKERS, END_MARKS, OPENINGS, SPEAKERS, STRAY, THOUGHTS

_WITHIN: Final = (*END_MARKS, *(mark for pair in THOUGHTS for mark in pair if mark not in END_MARKS), *STRAY)
_FIRST: Final = frozenset(mark[0] for mark in _WITHIN)
_LONGEST: Final = max(map(len, _WITHIN))
_DROPPED: Final = (*OPENINGS, *STRAY, *(close for _, close in THOUGHTS if close not in END_MARKS))
_CLOSES: Final = dict(THOUGHTS)
_TURNOVERS: Final = (
    *(f"{end}{gap}{begin}" for end in END_MARKS for gap in ("\n", "") for begin in OPENINGS),
    "[/INST]",
    " [/INST]",
)
"""Between a repeated question and the answer."""
_FEWEST_WORDS: Final = 3
"""A shorter line of the person's may well be the answer, too: "Hello!"."""
_LONGEST_ECHO: Final = 4000

_Find = int | Literal["wait"] | None
"""Where what was looked for ends; not to be said yet; not there."""


def echoes(messages: Sequence[ChatMessage]) -> tuple[str, ...]:
    """The lines that a model may repeat before it answers: what the person said last, and its last part."""
    said = next((message.content for message in reversed(messages) if message.role == "user"), "")
    parts = (said, said.rpartition("\n\n")[2], said.rpartition("\n")[2])
    lines = dict.fromkeys(part.strip() for part in parts)
    return tuple(line for line in lines if len(line.split()) >= _FEWEST_WORDS and len(line) <= _LONGEST_ECHO)


class ReplyCleaner:
    """Feed it pieces, speak what it returns; `ended` says that the model is through.

    repeated: what the model may repeat before it answers, see `echoes`; announced: it may announce its line
    by "assistant:", so whatever begins like that waits for a token or more.
    """

    def __init__(self, repeated: Iterable[str] = (), *, announced: bool = True) -> None:
        self.ended = False
        self._announced = announced
        self._repeated = tuple(f"{asker}{line}" for line in repeated for asker in ("", *ASKERS))
        self._begun = False
        self._shown = False
        self._held = ""
        self._close = ""  # what ends the thought that goes on
        self._aside = ""  # that thought, where it may turn out to be none
        self._echo = ""  # the person's line, which is the answer if nothing else comes
        self._code = _Code()
        self._blank = False  # the blanks behind a thought go with it

    def feed(self, text: str) -> str:
        """What may be shown now; the rest is held back until it is clear what it is."""
        if self.ended:
            return ""
        self._held += text
        return self._go_on(last=False)

    def finish(self) -> str:
        """What was still held back when the model stopped."""
        if self.ended:
            return ""
        out = self._go_on(last=True)
        if self._aside:
            out += self._aside + self._held
        self.ended = True
        return out or self._otherwise()

    def _otherwise(self) -> str:
        """The answer, where nothing else came."""
        return "" if self._shown else self._echo

    def _go_on(self, *, last: bool) -> str:
        out = ""
        more = True
        while more and not self.ended:
            if self._close:
                more, text = self._think()
            elif self._begun:
                more, text = self._write(last=last)
            else:
                more, text = self._open(last=last), ""
            out += text
        self._shown = self._shown or bool(out)
        return out or (self._otherwise() if self.ended else "")

    # -- thoughts ------------------------------------------------------------------------------

    def _think(self) -> tuple[bool, str]:
        """Drop up to the end of the thought. False: more must come."""
        found = _first(self._held, (self._close, *END_MARKS))
        if found is None:
            keep = len(self._held) - _tail(self._held)
            if self._aside:
                self._aside += self._held[:keep]
            self._held = self._held[keep:]
            return False, ""
        at, mark = found
        out = ""
        if mark == self._close:
            self._close, self._blank = "", self._code.blank
        else:
            out = self._aside + self._held[:at] if self._aside else ""
            self.ended = True
        self._held, self._aside = self._held[at + len(mark) :], ""
        return True, out

    # -- the beginning -------------------------------------------------------------------------

    def _open(self, *, last: bool) -> bool:
        """Drop one thing that does not belong to the answer. False: more must come."""
        self._held = self._held.lstrip()
        if not self._held:
            return False
        thought = _at_start(self._held, _CLOSES)
        if isinstance(thought, int):
            self._close = _CLOSES[self._held[:thought]]
            self._held = self._held[thought:]
            return True
        finds = (thought, _at_start(self._held, _DROPPED))
        finds = (*finds, _speaker(self._held) if self._announced else None)
        finds = (*finds, self._repeats(last=last))
        if not last and "wait" in finds:
            return False
        end = next((find for find in finds if isinstance(find, int)), None)
        if end is None:
            self._begun = True
        else:
            self._held = self._held[end:]
        return True

    def _repeats(self, *, last: bool) -> _Find:
        """Does it repeat the person's line, and then go on?"""
        waiting: _Find = None
        for line in self._repeated:
            end = self._repeated_to(line)
            if isinstance(end, int) and (last or waiting is None):
                self._echo = line
                return end
            waiting = "wait" if end is not None else waiting
        return waiting

    def _repeated_to(self, line: str) -> _Find:
        if not self._held.startswith(line):
            return "wait" if line.startswith(self._held) else None
        rest = self._held[len(line) :]
        blanks = rest.lstrip(" \t")
        if blanks[:1] in ("", "\n"):
            return len(line) if blanks else "wait"
        end = _at_start(rest, _TURNOVERS)
        return end + len(line) if isinstance(end, int) else end

    # -- the answer ----------------------------------------------------------------------------

    def _write(self, *, last: bool) -> tuple[bool, str]:
        """What may be shown, up to the next mark. False: more must come."""
        if self._blank:
            self._held = self._held.lstrip()
            self._blank = not self._held
        found = _first(self._held, _WITHIN)
        if found is None:
            at = len(self._held) - (0 if last else _tail(self._held))
            out, self._held = self._held[:at], self._held[at:]
            self._code.read(out)
            return False, out
        at, mark = found
        out = self._held[:at]
        self._code.read(out)
        self._held = self._held[at + len(mark) :]
        if mark in END_MARKS:
            self.ended = True
        elif self._code.open:
            self._code.read(mark)
            out += mark
        elif mark in _CLOSES:
            self._close, self._aside = _CLOSES[mark], mark
        return True, out


class _Code:
    """Whether a text stands between backticks just now, and whether it ended in a blank."""

    def __init__(self) -> None:
        self.blank = True
        self._fence = self._inline = False
        self._ticks = 0

    @property
    def open(self) -> bool:
        """It does."""
        self._settle()
        return self._fence or self._inline

    def read(self, text: str) -> None:
        """The text goes on."""
        for letter in text:
            if letter == "`":
                self._ticks += 1
                continue
            self._settle()
            if letter == "\n":
                self._inline = False
        if text:
            self.blank = text[-1].isspace()

    def _settle(self) -> None:
        if self._ticks >= 3:
            self._fence = not self._fence
        elif self._ticks and not self._fence:
            self._inline = not self._inline
        self._ticks = 0


def _first(text: str, marks: Iterable[str]) -> tuple[int, str] | None:
    """The first of these marks in the text."""
    return min(((at, mark) for mark in marks if (at := text.find(mark)) >= 0), default=None)


def _tail(text: str) -> int:
    """How many characters at the end could be the beginning of a mark."""
    for size in range(min(len(text), _LONGEST - 1), 0, -1):
        if text[-size] in _FIRST and any(mark.startswith(text[-size:]) for mark in _WITHIN):
            return size
    return 0


def _at_start(text: str, marks: Iterable[str]) -> _Find:
    waiting: _Find = None
    for mark in marks:
        if text.startswith(mark):
            return len(mark)
        if mark.startswith(text):
            waiting = "wait"
    return waiting


def _speaker(text: str) -> _Find:
    """A leading "assistant:", with its colon or line break."""
    start = text.lower()
    return _at_start(start, tuple(f"{name}{end}" for name in SPEAKERS for end in (":", "\n")))
