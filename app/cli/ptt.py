"""`solo ptt`: the talk key, for scripts and keys of other programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from app.cli import output
from app.kernel.errors import Unavailable


class Action(StrEnum):
    """What the key does."""

    START = "start"
    STOP = "stop"


def ptt(
    context: typer.Context,
    action: Annotated[Action, typer.Argument(help="start: the key goes down; stop: it goes up.")],
) -> None:
    """Press or release the talk key of the Solo that runs: it listens between the two."""
    from app.api.client import SoloClient

    client = SoloClient.find(output.settings_of(context))
    if client is None:
        raise Unavailable("No Solo is running here that could listen.", hint="Start it: solo run")
    with client:
        client.ptt(action.value)
