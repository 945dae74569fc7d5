"""`solo chat`: a conversation by typing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output
from app.kernel.errors import SoloError

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyPressEvent

    from app.cli.asking import Asker
    from app.config.settings import Settings

HELP = """\
Enter sends, Alt+Enter begins a new line.
While Solo answers: Esc or Ctrl+C stops it.
/new    begin a new conversation
/help   show this
/quit   leave (or Ctrl+D)"""


def chat(
    context: typer.Context,
    dialogue: Annotated[
        str, typer.Option("--dialogue", metavar="ID", help="Go on with this conversation.")
    ] = "",
    no_memory: Annotated[
        bool, typer.Option("--no-memory", help="Answer without drawing on what is remembered.")
    ] = False,
) -> None:
    """Talk with Solo by typing. Without a terminal each line of standard input is one thing said."""
    from app.cli.asking import asker

    settings = output.settings_of(context)
    with asker(settings) as solo:
        talk = Conversation(solo, settings, dialogue or None, recall=not no_memory)
        if sys.stdin.isatty():
            output.console().print("Talk with Solo; /help shows how, Ctrl+D leaves.", markup=False)
            lines = _typed()
        else:
            lines = _piped()
        for line in lines:
            if not talk.take(line):
                break


class Conversation:
    """What was typed, and what comes of it."""

    def __init__(self, solo: Asker, settings: Settings, dialogue: str | None, *, recall: bool) -> None:
        self._solo = solo
        self._settings = settings
        self._dialogue = dialogue
        self._recall = recall

    def take(self, line: str) -> bool:
        """Carry out a command or have the words answered; False when that was the end."""
        word = line.strip()
        if word == "/quit":
            return False
        if word == "/new":
            self._dialogue = None
            output.console().print("A new conversation.")
        elif word == "/help":
            output.console().print(HELP, markup=False)
        elif word.startswith("/") and len(word.split()) == 1:
            output.console(stderr=True).print(f"There is no command {word}; /help shows them.", markup=False)
        elif word:
            self._answer(line)
        return True

    def _answer(self, line: str) -> None:
        """Show the answer; a failure is shown too, and the conversation goes on."""
        from app.cli.words import readable

        try:
            self._stream(readable(line, self._settings) if line.strip() != "-" else line)
        except SoloError as error:
            sys.stdout.write("\n")
            output.print_error(error)

    def _stream(self, text: str) -> None:
        from app.cli.asking import Question
        from app.cli.words import printable

        answer = self._solo.ask(Question(text, self._dialogue, recall=self._recall))
        stopped = False
        try:
            with _escape() as escaped:
                for piece in answer.polled():
                    sys.stdout.write(printable(piece))
                    sys.stdout.flush()
                    if escaped():
                        stopped = True
                        break
        except KeyboardInterrupt:
            stopped = True
        except BaseException:
            answer.cancel()
            raise
        if stopped:
            answer.cancel()
        elif answer.told is not None:
            self._dialogue = answer.told.dialogue
        sys.stdout.write(" …\n" if stopped else "\n")


@contextmanager
def _escape() -> Generator[Callable[[], bool]]:
    """Asks, without waiting, whether Esc was pressed. Without a terminal it never was."""
    if not sys.stdin.isatty():
        yield lambda: False
        return
    from prompt_toolkit.input import create_input
    from prompt_toolkit.keys import Keys

    source = create_input()
    with source.raw_mode():

        def pressed() -> bool:
            keys = {press.key for press in (*source.read_keys(), *source.flush_keys())}
            if Keys.ControlC in keys:
                raise KeyboardInterrupt
            return Keys.Escape in keys

        yield pressed


def _piped() -> Iterator[str]:
    from app.cli.words import decoded

    for line in sys.stdin.buffer:
        yield decoded(line, "Standard input")


def _typed() -> Iterator[str]:
    session = _session()
    while True:
        try:
            yield session.prompt("> ", multiline=True, prompt_continuation="  ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _session() -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

    @keys.add("enter")
    def _send(event: KeyPressEvent) -> None:  # pyright: ignore[reportUnusedFunction]
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _line(event: KeyPressEvent) -> None:  # pyright: ignore[reportUnusedFunction]
        event.current_buffer.insert_text("\n")

    return PromptSession(key_bindings=keys)
