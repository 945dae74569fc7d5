"""`solo chat`: a conversation by typing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output

if TYPE_CHECKING:
    from app.cli.chatting.talk import Conversation
    from app.config.settings import Settings


def chat(
    context: typer.Context,
    dialogue: Annotated[
        str, typer.Option("--dialogue", metavar="ID", help="Go on with this conversation (id or name).")
    ] = "",
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="Let this model answer here.")] = "",
    system: Annotated[
        str, typer.Option("--system", metavar="TEXT", help="What the model is told about itself.")
    ] = "",
    preset: Annotated[
        str, typer.Option("--preset", metavar="NAME", help="Who answers: roles, cloud or local.")
    ] = "",
    no_stream: Annotated[bool, typer.Option("--no-stream", help="Show answers when they are whole.")] = False,
    no_memory: Annotated[
        bool, typer.Option("--no-memory", help="Answer without drawing on what is remembered.")
    ] = False,
) -> None:
    """Talk with Solo by typing; /help shows what else can be typed. Without a terminal each line of
    standard input is one thing said."""
    from app.cli.chatting.doing import DOING
    from app.cli.chatting.house import house
    from app.cli.chatting.talk import Conversation

    settings = output.settings_of(context, {"llm.preset": preset} if preset else {})
    if preset:
        _nobody_else(settings)
    with house(settings) as solo:
        talk = Conversation(solo, settings, output.console(), output.console(stderr=True), DOING)
        talk.recall, talk.stream = not no_memory, not no_stream
        if dialogue:
            talk.dialogue = talk.session(dialogue).dialogue
        talk.wishes.model = model
        talk.wishes.system = system or None
        for line in _typed(talk) if sys.stdin.isatty() else _piped():
            if not talk.take(line):
                break


def _nobody_else(settings: Settings) -> None:
    """A Solo that runs has its own preset. Raises Busy."""
    from app.api.client import SoloClient
    from app.kernel.errors import Busy

    if (running := SoloClient.find(settings)) is not None:
        with running:
            raise Busy(
                "Solo runs already, with a preset of its own.", hint="Take --model, or /model and /role."
            )


def _piped() -> Iterator[str]:
    from app.cli.chatting.commands import joined
    from app.cli.words import decoded

    yield from joined(decoded(line, "Standard input") for line in sys.stdin.buffer)


def _typed(talk: Conversation) -> Iterator[str]:
    from app.cli.chatting.talk import Hands
    from app.cli.chatting.terminal import Terminal
    from app.cli.chatting.typed import TypedLines, history_file
    from app.events.base import LOCAL_OWNER

    history = TypedLines(history_file(talk.settings.data_dir, LOCAL_OWNER))
    terminal = Terminal(history, talk.known)
    talk.hands = Hands(terminal.watching, terminal.confirm, history.forget)
    talk.lively = talk.console.is_terminal
    talk.say("Talk with Solo; /help shows how, Ctrl+D leaves.")
    return terminal.lines()
