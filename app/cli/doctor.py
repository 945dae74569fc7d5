"""`solo doctor`: what is missing on this machine, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.cli.checks import Finding


def doctor(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    audio: Annotated[
        bool,
        typer.Option("--audio", help="Play a soft sound, hear it come back, and judge the echo; 7 seconds."),
    ] = False,
) -> None:
    """Say what is missing on this machine and how to mend it. Fails when Solo cannot work as it is set."""
    from app.cli import output
    from app.cli.checks import CHECKS

    settings = output.settings_of(context)
    if audio:
        from app.cli.soundcheck import listen

        if not json:
            output.console().print("Please be quiet for a moment: you will hear a soft hiss …")
        found, figures = listen(settings)
        if json:
            output.print_json({"findings": [asdict(finding) for finding in found], "figures": figures})
        good = "Microphone and loudspeaker get along."
    else:
        found = [finding for check in CHECKS for finding in check(settings)]
        if json:
            output.print_json([asdict(finding) for finding in found])
        good = "Solo can work here."
    failed = [finding for finding in found if finding.state == "fail"]
    if not json:
        _show(found)
        output.console().print(good if not failed else f"{len(failed)} to mend before Solo can work.")
    if failed:
        raise typer.Exit(1)


def _show(found: list[Finding]) -> None:
    from app.cli import output

    screen = output.console()
    marks = {"ok": "[green]ok  [/green]", "warn": "[yellow]warn[/yellow]", "fail": "[red]fail[/red]"}
    for finding in found:
        screen.print(marks[finding.state], end="  ")
        screen.print(f"{finding.what}: {finding.words}", markup=False)
        if finding.mend:
            screen.print(f"      {finding.mend}", markup=False)
