"""`solo ask`: one question, one answer."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from app.cli import output


def ask(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to ask; - reads it from standard input.")],
    dialogue: Annotated[
        str, typer.Option("--dialogue", metavar="ID", help="Go on with this conversation.")
    ] = "",
    no_memory: Annotated[
        bool, typer.Option("--no-memory", help="Answer without drawing on what is remembered.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask one thing and print the answer as it is written."""
    from app.cli.asking import Question, asker, whole
    from app.cli.words import printable, readable

    settings = output.settings_of(context)
    question = Question(readable(text, settings), dialogue or None, recall=not no_memory)
    with asker(settings) as solo:
        answer = solo.ask(question)
        try:
            for piece in answer:
                if not json:
                    sys.stdout.write(printable(piece))
                    sys.stdout.flush()
        except BaseException:
            answer.cancel()
            if not json:
                sys.stdout.write("\n")
            raise
        told = whole(answer)
    if json:
        output.print_json(asdict(told))
    else:
        sys.stdout.write("\n")
