"""A conversation by typing: what was typed, and what comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.cli.asking import Question
from app.cli.chatting.attach import Attached, composed
from app.cli.chatting.commands import parsed
from app.cli.chatting.completion import Known
from app.cli.chatting.figures import Spent, figures
from app.cli.chatting.house import MOST, House
from app.cli.chatting.models import about, providers
from app.cli.chatting.sessions import Session, find
from app.cli.chatting.showing import Shown, shown
from app.cli.chatting.wishes import Wishes
from app.cli.words import printable, readable
from app.kernel.errors import SoloError

if TYPE_CHECKING:
    from rich.console import Console

    from app.cli.asking import Answer
    from app.config.settings import Settings

BEGINNING = 120
"""Characters of its first message by which a conversation is known again."""
LOOKS, PAUSE = 5, 0.1
"""How often, and how many seconds apart, it is looked for."""

Watching = Callable[[], AbstractContextManager[Callable[[], bool]]]


def _nobody_stops() -> AbstractContextManager[Callable[[], bool]]:
    return nullcontext(lambda: False)


@dataclass(slots=True)
class Hands:
    """What only a terminal can do. stops: whether the person wants the rest of an answer; confirm: ask
    them; forget: take lines out of what they typed."""

    stops: Watching = _nobody_stops
    confirm: Callable[[str], bool] | None = None
    forget: Callable[[Collection[str]], None] | None = None


@dataclass(slots=True)
class Conversation:
    """See the module. doing: what each command does; lively: somebody sits at a terminal."""

    solo: House
    settings: Settings
    console: Console
    errors: Console
    doing: Mapping[str, Callable[[Conversation, str], None]]
    dialogue: str | None = None
    recall: bool = True
    stream: bool = True
    lively: bool = False
    hands: Hands = field(default_factory=Hands)
    wishes: Wishes = field(default_factory=Wishes)
    files: list[Attached] = field(default_factory=list[Attached])
    spent: Spent = field(default_factory=Spent)
    listed: Sequence[Session] = ()
    """What numbers stand for: the conversations that were listed last."""
    begun: str = ""
    """What a conversation began with whose first answer was stopped, so that its id is not known."""
    _known: dict[str, Known] = field(default_factory=dict[str, Known])

    def take(self, line: str) -> bool:
        """Carry out a command or have the words answered; False when that was the end.

        What goes wrong is shown, and the conversation goes on.
        """
        if not line.strip():
            return True
        try:
            command = parsed(line)
            if command is None:
                self._answer(line)
            elif command[0] == "/quit":
                return False
            else:
                self.doing[command[0]](self, command[1])
                self._known.clear()
        except SoloError as error:
            self.errors.print(f"solo: {printable(str(error))}", markup=False)
        return True

    # -- showing -------------------------------------------------------------------------------

    def say(self, text: str, style: str | None = None) -> None:
        """A line of the chat itself."""
        self.console.print(printable(text), markup=False, style=style)

    def rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Columns, the last of which may be long."""
        widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]) - 1)] if rows else []
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            self.say("  ".join([*cells, row[-1]]).rstrip())

    def known(self, line: str) -> Known:
        """What the line can go on with; asked for once until something is done."""
        models = line.startswith(("/model", "/provider", "/role"))
        if not models and not line.startswith(("/resume", "/delete")):
            return Known()
        kind = "models" if models else "sessions"
        if kind not in self._known:
            try:
                self._known[kind] = self._models() if models else self._sessions()
            except SoloError:
                return Known()  # nothing is suggested; the command itself will say why
        return self._known[kind]

    def _models(self) -> Known:
        offers, _ = self.solo.models()
        return Known(
            models=[(one.name, about(one)) for one in offers],
            providers=[(name, "") for name in providers(offers)],
        )

    def _sessions(self) -> Known:
        return Known(sessions=[(one.name or one.dialogue, one.title) for one in self.solo.sessions(MOST)])

    # -- sessions ------------------------------------------------------------------------------

    def session(self, key: str) -> Session:
        """The conversation that is meant. Raises NotFound, BadInput."""
        if key.strip().isdecimal() and self.listed:
            return find(key, self.listed)
        return find(key, self.solo.sessions(MOST))

    def current(self) -> str | None:
        """The id of this conversation, None when it has not begun."""
        if self.dialogue is None and self.begun:
            self.dialogue = self._look_for(self.begun)
            self.begun = ""
        return self.dialogue

    def _look_for(self, begun: str) -> str | None:
        """Its first answer was stopped: the words are being written down, or have been."""
        for _ in range(LOOKS):
            for one in self.solo.sessions(5):
                if one.begins == begun.strip()[:BEGINNING]:
                    return one.dialogue
            time.sleep(PAUSE)
        return None

    def turn_to(self, dialogue: str | None) -> None:
        """This is talked in from now on."""
        self.dialogue, self.begun = dialogue, ""

    # -- answers -------------------------------------------------------------------------------

    def _answer(self, line: str) -> None:
        text = readable(line, self.settings) if line.strip() != "-" else line
        text = readable(composed(text.strip(), self.files), self.settings)
        question = Question(text, self.current(), recall=self.recall, options=self.wishes.options())
        answer = self.solo.ask(question)
        self.files = []
        view = shown(self.console, stream=self.stream)
        try:
            stopped = self._follow(answer, view)
        except SoloError:
            view.end(stopped=False)
            raise
        except BaseException:
            answer.cancel()
            raise
        view.end(stopped=stopped)
        if stopped:
            answer.cancel()
            self.begun = text if self.dialogue is None else ""
        elif (told := answer.told) is not None:
            self.dialogue = told.dialogue
            self.spent.add(told)
            if self.lively and (line := figures(told, answer.used)):
                self.say(line, style="dim")

    def _follow(self, answer: Answer, view: Shown) -> bool:
        """Show it as it comes; whether it was stopped."""
        try:
            with self.hands.stops() as stops:
                for piece in answer.polled():
                    if piece:
                        view.feed(piece, more=not answer.pieces.empty())
                    if stops():
                        return True
        except KeyboardInterrupt:
            return True
        return False
