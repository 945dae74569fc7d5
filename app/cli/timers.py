"""`solo timers`: what is set to ring, and taking it away."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from app.cli import output
from app.cli.reach import OwnSolo, reached
from app.kernel.errors import BadInput

if TYPE_CHECKING:
    from app.api.client import SoloClient
    from app.config.settings import Settings
    from app.events.skills import Timer

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@app.callback()
def root() -> None:
    """Show timers, alarms and reminders, or cancel them. To set one, say or type it: solo ask "…"."""


@app.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """Show what is set, the next one first."""
    settings = output.settings_of(context)
    with _timers(settings) as timers:
        found = timers.all()
    if json:
        output.print_json([one.model_dump() for one in found])
    elif found:
        screen = output.console()
        for one in found:
            screen.print(_line(one), markup=False)
    else:
        output.console().print("Nothing is set.")


@app.command()
def cancel(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids from the list.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything that is set.")] = False,
    json: Json = False,
) -> None:
    """Take timers, alarms and reminders away, ringing or not."""
    if bool(ids) == all_:
        raise BadInput("Give either ids or --all.", hint="Find ids: solo timers list")
    settings = output.settings_of(context)
    with _timers(settings) as timers:
        wanted = [one.id for one in timers.all()] if all_ else list(dict.fromkeys(ids or []))
        gone = [one for key in wanted for one in timers.cancel(key)]
    if json:
        output.print_json([one.model_dump() for one in gone])
    else:
        output.console().print(f"Cancelled: {len(gone)}.")


def _line(one: Timer) -> str:
    from app.cli.words import printable

    due = datetime.fromisoformat(one.due_at).astimezone()
    minutes, seconds = divmod(round(one.left_seconds), 60)
    hours, minutes = divmod(minutes, 60)
    left = "ringing" if one.ringing else f"in {hours}:{minutes:02}:{seconds:02}"
    again = f"every {', '.join(_DAYS[day] for day in one.days)}" if one.days else ""
    words = (one.id, one.kind, f"{due:%Y-%m-%d %H:%M:%S}", left, again, printable(one.name))
    return "  ".join(word for word in words if word)


class Timers(Protocol):
    """What shows and cancels."""

    def all(self) -> list[Timer]: ...

    def cancel(self, key: str) -> list[Timer]: ...


@contextmanager
def _timers(settings: Settings) -> Generator[Timers]:
    """Those of the Solo that runs, else of one started for this."""
    if not settings.skills.enabled:
        raise BadInput("Skills are switched off.", hint="Switch them on: SOLO_SKILLS__ENABLED=true")
    with reached(settings, {"skills"}, _Remote, _Own) as timers:
        yield timers


class _Remote:
    def __init__(self, client: SoloClient) -> None:
        self._client = client

    def all(self) -> list[Timer]:
        from app.events.skills import Timer

        return [Timer.model_validate(one.model_dump()) for one in self._client.timers().timers]

    def cancel(self, key: str) -> list[Timer]:
        from app.events.skills import Timer

        return [Timer.model_validate(one.model_dump()) for one in self._client.cancel_timer(key).timers]


class _Own:
    def __init__(self, solo: OwnSolo) -> None:
        self._solo = solo

    def all(self) -> list[Timer]:
        from app.events.skills import ListTimersEvent, TimersEvent

        return list(self._solo.request(ListTimersEvent(), TimersEvent).timers)

    def cancel(self, key: str) -> list[Timer]:
        from app.events.skills import CancelTimersEvent, TimersEvent

        return list(self._solo.request(CancelTimersEvent(ids=(key,)), TimersEvent).timers)
