"""`solo doctor`: what is missing on this machine, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer


def doctor(
    context: typer.Context, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Say what is missing on this machine and how to mend it. Fails when Solo cannot work as it is set."""
    from app.cli import output
    from app.cli.checks import CHECKS

    settings = output.settings_of(context)
    found = [finding for check in CHECKS for finding in check(settings)]
    failed = [finding for finding in found if finding.state == "fail"]
    if json:
        output.print_json([asdict(finding) for finding in found])
    else:
        screen = output.console()
        marks = {"ok": "[green]ok  [/green]", "warn": "[yellow]warn[/yellow]", "fail": "[red]fail[/red]"}
        for finding in found:
            screen.print(marks[finding.state], end="  ")
            screen.print(f"{finding.what}: {finding.words}", markup=False)
            if finding.mend:
                screen.print(f"      {finding.mend}", markup=False)
        screen.print("Solo can work here." if not failed else f"{len(failed)} to mend before Solo can work.")
    if failed:
        raise typer.Exit(1)
